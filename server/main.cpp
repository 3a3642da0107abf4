#include "server/cli/cli.h"

int main(int argc, char** argv) {
  return ringdex::server::run_command_line(argc, argv);
}

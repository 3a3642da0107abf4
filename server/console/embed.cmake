# Writes the files of a folder into one C++ source: cmake -DFOLDER= -DFILES=a;b -DOUT= -P embed.cmake
set(text "#include \"server/console/console_assets.h\"\n\n#include <array>\n\nnamespace ringdex::server {\nnamespace {\n\n")
set(table "")
set(number 0)
foreach(file IN LISTS FILES)
  file(READ "${FOLDER}/${file}" bytes HEX)
  file(SHA256 "${FOLDER}/${file}" digest)
  string(REGEX REPLACE "(................................)" "\\1\n" lines "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," lines "${lines}")
  # The byte at the end keeps the array of an empty file from being empty.
  string(APPEND text "constexpr unsigned char kFile${number}[] = {\n${lines}0};\n\n")
  string(APPEND table "    {\"${file}\", {reinterpret_cast<const char*>(kFile${number}), sizeof(kFile${number}) - 1}, \"\\\"${digest}\\\"\"},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND text "}  // namespace\n\nstd::span<const ConsoleAsset> console_assets() {\n"
       "  static const std::array<ConsoleAsset, ${number}> kAssets{{\n${table}  }};\n  return kAssets;\n}\n\n"
       "}  // namespace ringdex::server\n")
file(WRITE "${OUT}" "${text}")

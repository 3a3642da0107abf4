#include "server/api/console_pages.h"

#include <string>
#include <utility>

#include "server/console/console_assets.h"

namespace ringdex::server {
namespace {

std::string_view content_type(std::string_view file) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
  };
  for (const auto& [ending, type] : kTypes) {
    if (file.ends_with(ending)) return type;
  }
  return "text/plain; charset=utf-8";
}

// Only what this server itself serves is loaded and asked, nothing that stands in a page is run, and text becomes
// markup nowhere but in the templates of lit-html (W3C Content Security Policy 3, Trusted Types).
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

HttpResponse answer(const ConsoleAsset& asset, const HttpRequest& request) {
  HttpResponse response;
  response.content_type = content_type(asset.file);
  response.cache_control = "no-cache";
  response.headers = {{"ETag", std::string(asset.etag)},
                      {"Content-Security-Policy", kPolicy},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  const std::string* known = request.header("if-none-match");
  if (known != nullptr && known->find(asset.etag) != std::string::npos) {
    response.status = 304;
  } else {
    response.body = asset.body;
  }
  return response;
}

std::string path_of(std::string_view file) {
  const bool is_page = file.ends_with(".html");
  if (is_page) return "/" + std::string(file.substr(0, file.rfind('.')));
  return "/console/" + std::string(file);
}

HttpResponse to_agent(const HttpRequest&) {
  HttpResponse response;
  response.status = 303;
  response.headers.emplace_back("Location", "/agent");
  return response;
}

}  // namespace

std::vector<HttpRoute> console_page_routes() {
  std::vector<HttpRoute> routes{{.method = "GET", .path = "/", .handler = to_agent, .open = true}};
  for (const ConsoleAsset& asset : console_assets()) {
    routes.push_back({.method = "GET",
                      .path = path_of(asset.file),
                      .handler = [&asset](const HttpRequest& request) { return answer(asset, request); },
                      .open = true});
  }
  return routes;
}

}  // namespace ringdex::server

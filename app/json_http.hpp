#pragma once

#include "core/protocol/json_reader.hpp"
#include "net/http/response.hpp"
#include "net/http/router.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <variant>

namespace clarion::app {

/// `body` is JSON text.
http::response json_response(unsigned status, std::string body);

/// The object that a request's body holds, or what is wrong with it.
std::variant<boost::json::object, protocol::field_error> object_in(const std::string& body);

/// 400, with the place and the rule in words.
http::response bad_request(const protocol::field_error& wrong);

/// A POST that changes something: never for foreign pages, with a JSON body of at most 8,192 bytes.
http::route json_post_route(std::string path, http::answer_later answer);

}  // namespace clarion::app

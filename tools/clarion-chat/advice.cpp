#include "tools/clarion-chat/advice.hpp"

namespace clarion::chat {

std::string with_advice(std::string failure, std::string_view advice) {
    if (!advice.empty())
        failure.append("; ").append(advice);
    return failure;
}

std::string_view advice_on_close(std::uint16_t code) {
    switch (code) {
        case 4010:
            return "the token has expired: start again with a fresh --token";
        case 4500:
            return "the token was refused: check --token or CLARION_TOKEN";
        case 4501:
            return "the server asks who you are: give --token or set CLARION_TOKEN";
        case 4502:
            return "client and server do not understand each other: are both of one version?";
        case 4503:
            return "close other connections, or try again later";
        case 4504:
            return "the server guarded another user's data: tell its operator";
        case 4505:
            return "your access was withdrawn: ask for a new token";
        case 1009:
            return "the message is larger than the server takes: make it shorter";
        default:
            return {};
    }
}

std::string_view advice_on_status(unsigned http_status) {
    switch (http_status) {
        case 400:
            return "check --url and --user";
        case 401:
            return "give --token or set CLARION_TOKEN";
        case 403:
            return "the server does not serve this host name: use localhost, or one that it allows";
        case 404:
            return "check the path of --url: a Clarion server listens at /ws";
        case 503:
            return "the server is full or about to stop: try again later";
        default:
            return {};
    }
}

std::string_view advice_on_error(protocol::server::error_code code) {
    using enum protocol::server::error_code;
    switch (code) {
        case bad_request:
        case unknown_type:
            return "are client and server of one version?";
        case unauthorized:
            return "start again with a fresh --token";
        case forbidden:
            return "you may not do this here";
        case busy:
            return "send it again when a run has ended";
        case rate_limited:
            return "wait, then send it again";
        case too_large:
            return "make it shorter";
        case draining:
            return "the server is about to stop: send it again when it is back";
        case storage_unavailable:
            return "the server's disk does not take it: send it again later, or tell its operator";
        case internal:
            return "the server's log tells more";
        case not_found:
        case conflict:
            return {};
    }
    return {};
}

std::string_view advice_on_dial(std::string_view failure) {
    if (failure.find("certificate") != std::string_view::npos)
        return "--ca FILE trusts another authority";
    if (failure.find("TLS") != std::string_view::npos)
        return "does the server speak TLS there? ws:// goes without";
    return "is a server running there?";
}

}  // namespace clarion::chat

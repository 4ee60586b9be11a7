#include "core/failure/logger.hpp"

#include <utility>

namespace clarion::failure {

logger logger::with_connection(std::string_view id) const {
    return with_id(&context::connection_id, id);
}

logger logger::with_user(std::string_view id) const {
    return with_id(&context::user_id, id);
}

logger logger::with_thread(std::string_view id) const {
    return with_id(&context::thread_id, id);
}

logger logger::with_run(std::string_view id) const {
    return with_id(&context::run_id, id);
}

logger logger::with(context about) const {
    logger copy = *this;
    copy.about_ = std::make_shared<const context>(std::move(about));
    return copy;
}

logger logger::with_id(std::string context::* field, std::string_view id) const {
    context about = *about_;
    about.*field = id;
    return with(std::move(about));
}

const shared_context& logger::nobody() {
    static const shared_context empty = std::make_shared<const context>();
    return empty;
}

}  // namespace clarion::failure

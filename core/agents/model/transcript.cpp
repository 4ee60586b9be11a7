#include "core/agents/model/transcript.hpp"

#include "core/agents/model/token_estimate.hpp"
#include "core/async/assert.hpp"

#include <algorithm>
#include <utility>

namespace clarion::agents::model {

using ports::model_message;
using ports::speaker;

namespace {

model_message message_of(speaker by, std::string text) {
    model_message made;
    made.by = by;
    made.text = std::move(text);
    return made;
}

}  // namespace

transcript::transcript(std::string prompt) {
    if (!prompt.empty())
        add(opening_, {message_of(speaker::system, std::move(prompt))});
}

void transcript::add(std::vector<group>& to, std::vector<model_message> messages) {
    group made;
    for (const model_message& message : messages)
        made.tokens += estimate_tokens(message);
    made.messages = std::move(messages);
    to.push_back(std::move(made));
}

void transcript::add_past(const std::vector<ports::past_message>& messages) {
    std::vector<model_message> joined;
    for (const ports::past_message& message : messages) {
        if (message.text.empty())
            continue;
        const speaker by = message.by == ports::author::user ? speaker::user : speaker::assistant;
        if (!joined.empty() && joined.back().by == by)
            joined.back().text += "\n\n" + message.text;
        else
            joined.push_back(message_of(by, message.text));
    }
    std::vector<model_message> next;
    for (model_message& message : joined) {
        if (message.by == speaker::user && !next.empty())
            add(past_, std::exchange(next, {}));
        next.push_back(std::move(message));
    }
    if (!next.empty())
        add(past_, std::move(next));
}

void transcript::add_question(std::string text) {
    CLARION_ASSERT(question_.empty());
    // A question that never got its answer belongs to this one.
    if (!past_.empty() && past_.back().messages.back().by == speaker::user) {
        text = past_.back().messages.back().text + "\n\n" + text;
        past_.pop_back();
    }
    add(question_, {message_of(speaker::user, std::move(text))});
}

void transcript::add_calls(
    std::string text,
    std::vector<ports::model_call> calls,
    const std::vector<std::string>& results
) {
    CLARION_ASSERT(calls.size() == results.size());
    std::vector<model_message> messages;
    messages.push_back(message_of(speaker::assistant, std::move(text)));
    for (std::size_t at = 0; at < calls.size(); ++at) {
        calls[at].id = free_id(calls[at].id);
        model_message result = message_of(speaker::tool, results[at]);
        result.call_id = calls[at].id;
        messages.push_back(std::move(result));
    }
    messages.front().calls = std::move(calls);
    add(steps_, std::move(messages));
}

std::string transcript::free_id(const std::string& wanted) {
    std::string id = wanted;
    for (std::size_t number = call_ids_.size() + 1;
         id.empty() || std::ranges::find(call_ids_, id) != call_ids_.end();
         ++number)
        id = "call_" + std::to_string(number);
    call_ids_.push_back(std::move(id));
    return call_ids_.back();
}

transcript::fit transcript::trim(std::int64_t tokens_max) {
    fit result = fit::whole;
    while (tokens() > tokens_max) {
        std::vector<group>& oldest = past_.empty() ? steps_ : past_;
        // Without the newest results the model would ask for them again, for ever.
        if (oldest.empty() || (past_.empty() && steps_.size() == 1))
            return fit::too_large;
        oldest.erase(oldest.begin());
        result = fit::trimmed;
    }
    return result;
}

std::int64_t transcript::tokens() const {
    std::int64_t sum = 0;
    for (const auto* part : {&opening_, &past_, &question_, &steps_})
        for (const group& one : *part)
            sum += one.tokens;
    return sum;
}

std::vector<model_message> transcript::messages() const {
    std::vector<model_message> all;
    for (const auto* part : {&opening_, &past_, &question_, &steps_})
        for (const group& one : *part)
            all.insert(all.end(), one.messages.begin(), one.messages.end());
    return all;
}

}  // namespace clarion::agents::model

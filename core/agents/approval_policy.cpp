#include "core/agents/approval_policy.hpp"

#include "core/agents/tool.hpp"

namespace clarion::agents {

bool needs_approval(const tool_spec& called) {
    switch (called.approve) {
        case approval_policy::never:
            return false;
        case approval_policy::unless_read_only:
            return !called.read_only;
        case approval_policy::always:
            return true;
    }
    return true;
}

}  // namespace clarion::agents

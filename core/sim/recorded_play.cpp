#include "core/sim/recorded_play.hpp"

#include "core/trace/level.hpp"
#include "core/trace/recording.hpp"
#include "core/trace/ring.hpp"
#include "core/trace/timeline.hpp"

namespace clarion::sim {

recorded recorded_play(const scenario& which, const choice_settings& how) {
    const trace::level before = trace::current_level();
    trace::forget_records();
    trace::set_level(trace::level::events);
    recorded made;
    made.run = play_once(which, how);
    trace::set_level(before);
    trace::recording all = trace::take_recording();
    // Out of the simulation it is another time.
    all.tree.taken_ns = 0;
    made.lints = trace::lint(all);
    for (const std::string& sentence : made.run.what.broken)
        made.text += "  this run: " + sentence + '\n';
    for (const trace::finding& each : made.lints)
        made.text += "  lint " + std::string(trace::to_string(each.broken)) + " at " + each.place +
                     ": " + each.text + '\n';
    if (!made.run.what.tree.empty())
        made.text += "who waited for what:\n";
    for (const std::string& line : made.run.what.tree)
        made.text += "  " + line + '\n';
    made.text += "timeline:\n" + trace::to_timeline(all);
    return made;
}

}  // namespace clarion::sim

#pragma once

namespace clarion::trace {

/// The texts of labels that nobody bears any more are kept for recordings (labels.hpp); after this
/// they are not. Any thread.
void forget_past_labels();

}  // namespace clarion::trace

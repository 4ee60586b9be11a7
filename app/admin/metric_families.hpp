#pragma once

#include "core/metrics/enum_counts.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

namespace clarion::app {

/// What divides a `time_histogram` into seconds.
inline constexpr double us_per_second = 1e6;

/// Gathers metrics as prometheus-cpp wants them. Names carry their base unit; a counter's name ends
/// in `_total`.
class metric_families {
public:
    using labels = std::vector<prometheus::ClientMetric::Label>;

    /// Of one family; valid until the next one is begun.
    class family {
    public:
        explicit family(prometheus::MetricFamily& into) : into_(into) {}

        template <class Value>
        void add(Value value, labels with = {}) {
            prometheus::ClientMetric metric;
            metric.label = std::move(with);
            if (into_.type == prometheus::MetricType::Counter)
                metric.counter.value = static_cast<double>(value);
            else
                metric.gauge.value = static_cast<double>(value);
            into_.metric.push_back(std::move(metric));
        }

        /// `per_unit` of the histogram's values make one of the metric's unit. It divides, so that
        /// a bound comes out as the shortest decimal number.
        template <class Histogram>
        void add_histogram(const Histogram& values, double per_unit, labels with = {}) {
            prometheus::ClientMetric metric;
            metric.label = std::move(with);
            std::uint64_t below = 0;
            for (std::size_t index = 0; index < Histogram::upper_bounds.size(); ++index) {
                below += values.counts()[index];
                const auto bound = static_cast<double>(Histogram::upper_bounds[index]);
                metric.histogram.bucket.push_back({below, bound / per_unit});
            }
            metric.histogram.sample_count = values.count();
            metric.histogram.sample_sum = static_cast<double>(values.sum()) / per_unit;
            into_.metric.push_back(std::move(metric));
        }

    private:
        prometheus::MetricFamily& into_;
    };

    family counter(std::string_view name, std::string_view help) {
        return begin(name, help, prometheus::MetricType::Counter);
    }
    family gauge(std::string_view name, std::string_view help) {
        return begin(name, help, prometheus::MetricType::Gauge);
    }
    family histogram(std::string_view name, std::string_view help) {
        return begin(name, help, prometheus::MetricType::Histogram);
    }

    /// A counter with one label.
    template <class E>
    void counters_by(
        std::string_view name,
        std::string_view label,
        const metrics::enum_counts<E>& counts,
        std::string_view help
    ) {
        family into = counter(name, help);
        counts.each([&into, label](std::string_view value, std::uint64_t count) {
            into.add(count, {{std::string(label), std::string(value)}});
        });
    }

    std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

private:
    family begin(std::string_view name, std::string_view help, prometheus::MetricType type) {
        families_.push_back({std::string(name), std::string(help), type, {}});
        return family(families_.back());
    }

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace clarion::app

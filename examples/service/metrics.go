package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// metrics counts requests. The zero value has counted none.
type metrics struct {
	mu       sync.Mutex
	requests map[int]int // by status
	seconds  float64
	bytes    int
	inFlight int
}

func (m *metrics) count(status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.requests == nil {
		m.requests = map[int]int{}
	}
	m.requests[status]++
	m.seconds += took.Seconds()
}

func (m *metrics) read(bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bytes += bytes
}

func (m *metrics) begin() { m.change(1) }
func (m *metrics) end()   { m.change(-1) }

func (m *metrics) change(by int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight += by
}

// write prints the counters in the text format of Prometheus,
// https://prometheus.io/docs/instrumenting/exposition_formats/.
func (m *metrics) write(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprint(w, "# HELP explain_requests_total Requests by status.\n# TYPE explain_requests_total counter\n")
	total := 0
	for _, status := range slices.Sorted(maps.Keys(m.requests)) {
		fmt.Fprintf(w, "explain_requests_total{code=\"%d\"} %d\n", status, m.requests[status])
		total += m.requests[status]
	}
	fmt.Fprintf(w, "# HELP explain_seconds Time from request to answer.\n# TYPE explain_seconds summary\nexplain_seconds_sum %g\nexplain_seconds_count %d\n", m.seconds, total)
	fmt.Fprintf(w, "# HELP explain_read_bytes_total Bytes of uploaded files.\n# TYPE explain_read_bytes_total counter\nexplain_read_bytes_total %d\n", m.bytes)
	fmt.Fprintf(w, "# HELP explain_in_flight Requests that are computed now.\n# TYPE explain_in_flight gauge\nexplain_in_flight %d\n", m.inFlight)
}

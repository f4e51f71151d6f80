package main

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// result is the printed result of a job.
type result struct {
	Job     string  `json:"job"`
	Threads int     `json:"threads"`
	Runs    int     `json:"runs"`
	Median  float64 `json:"median_s"`
	Min     float64 `json:"min_s"`
	Spread  float64 `json:"spread"`
	Peak    int     `json:"peak_rss_mb"`
	Before  int     `json:"rss_before_mb"`
	Library string  `json:"library"`
}

// run runs a job once.
type run func() error

// measure builds, compiles and warms up a job, then times its runs.
func measure(j job, runs int) (result, error) {
	t := j.build()
	debug.FreeOSMemory() // garbage from building does not count for the job
	forgetPeak()
	before, err := peakMemory()
	if err != nil {
		return result{}, err
	}
	c, err := t.compile()
	if err != nil {
		return result{}, err
	}
	times, err := timed(c.run, runs)
	if err != nil {
		return result{}, err
	}
	peak, err := peakMemory()
	return summary(j.name, times, before, peak), err
}

// profile builds, compiles and warms up a job. It returns what compilation did and where
// the time of the runs goes.
func profile(j job, runs int) (string, error) {
	c, err := j.build().compile()
	if err != nil {
		return "", err
	}
	if _, err := seconds(c.run, 2); err != nil {
		return "", err
	}
	p, err := c.profile(runs)
	return c.explain() + p.String(), err
}

func summary(name string, times []float64, before, peak int) result {
	slices.Sort(times)
	return result{
		Job: name, Threads: runtime.GOMAXPROCS(0), Runs: len(times),
		Median: quantile(times, 2), Min: times[0], Spread: spread(times),
		Peak: peak, Before: before,
		Library: fmt.Sprintf("pullback, %s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH),
	}
}

// timed returns the seconds of each run, after two to warm up. A run of a short job is
// the mean of as many calls as fit in 50 ms.
func timed(do run, runs int) ([]float64, error) {
	const least = 0.05
	warm, err := seconds(do, 2)
	if err != nil {
		return nil, err
	}
	runtime.GC()
	// A run allocates only its results. In a program this small the collector would run
	// every few calls and free nothing that matters.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	times := make([]float64, runs)
	for i := range times {
		if times[i], err = seconds(do, max(1, int(least/max(warm, 1e-7)))); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// seconds returns the mean time of n runs.
func seconds(do run, n int) (float64, error) {
	start := time.Now()
	for range n {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return time.Since(start).Seconds() / float64(n), nil
}

// quantile returns the k-th quartile of sorted numbers, at k/4 of n+1 positions,
// interpolated linearly between neighbors.
func quantile(sorted []float64, k int) float64 {
	if len(sorted) == 1 {
		return sorted[0]
	}
	at := float64(k) / 4 * float64(len(sorted)+1)
	i := min(max(int(at), 1), len(sorted)-1)
	return sorted[i-1] + (at-float64(i))*(sorted[i]-sorted[i-1])
}

// spread returns the range between the quartiles of sorted times as a fraction of their
// median. For two times it uses the range between them.
func spread(sorted []float64) float64 {
	low, high := sorted[0], sorted[len(sorted)-1]
	if len(sorted) > 2 {
		low, high = quantile(sorted, 1), quantile(sorted, 3)
	}
	return (high - low) / quantile(sorted, 2)
}

// megabytes rounds bytes to units of 2²⁰.
func megabytes(bytes float64) int { return int(math.Round(bytes / (1 << 20))) }

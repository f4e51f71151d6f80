package main

import "testing"

// BenchmarkJob runs the jobs by name, as in go test -run - -bench
// 'Job/resnet18/gradient/b1' ./examples/benchmark.
func BenchmarkJob(b *testing.B) {
	for _, j := range jobs() {
		b.Run(j.name, func(b *testing.B) {
			c, err := j.build().compile()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := seconds(c.run, 2); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package parallel

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkParallel is two blocks of so many microseconds each, one call after another.
func BenchmarkParallel(b *testing.B) {
	for _, us := range []int{10, 50, 200} {
		b.Run(fmt.Sprint(us, "us"), func(b *testing.B) {
			for b.Loop() {
				Run(2, 1, func(_, _ int) {
					for begin := time.Now(); time.Since(begin) < time.Duration(us)*time.Microsecond; {
					}
				})
			}
		})
	}
}

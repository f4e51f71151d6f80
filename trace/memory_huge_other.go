//go:build !linux

package trace

// useHugePages does nothing where programs need not ask.
func useHugePages([]byte) {}

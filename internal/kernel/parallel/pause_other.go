//go:build purego || !amd64

package parallel

// pause does nothing, where there is no instruction for it.
func pause() {}

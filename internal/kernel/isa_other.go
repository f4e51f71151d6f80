//go:build purego || !amd64

package kernel

func detect() instructions { return plain }

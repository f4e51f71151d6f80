//go:build purego || !amd64

package cpu

func detect() Instructions { return Plain }

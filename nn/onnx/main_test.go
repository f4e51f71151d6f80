package onnx_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// The tests allocate much and keep little, so the collector runs less often than usual.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

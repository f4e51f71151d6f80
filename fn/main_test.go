package fn_test

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// The tests allocate much and keep little, so the collector runs less often than usual.
// Every operation is held to every law that it has.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(lawtest.Main(m, fn.Ops(), untried))
}

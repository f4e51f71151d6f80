package random_test

import (
	"os"
	"testing"

	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// untried are laws of operations that no test holds them to, and why.
var untried = map[string]string{}

// Every operation is held to every law that it has.
func TestMain(m *testing.M) { os.Exit(lawtest.Main(m, random.Ops(), untried)) }

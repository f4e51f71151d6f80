package linalg_test

import (
	"os"
	"testing"

	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// untried are laws of operations that no test holds them to, and why.
var untried = map[string]string{
	"linalg.detOp: batched *":       factors,
	"linalg.slogDet: batched *":     factors,
	"linalg.solveOp: batched *":     factors,
	"linalg.require: batched *":     "its first operand is computed from the others, and batched with them",
	"linalg.expmBetween: batched *": "operands 0 and 2 are one matrix, or its transposes",
}

const factors = "operands 1 and 2 are the factors of operand 0, and batched with it"

// Every operation is held to every law that it has.
func TestMain(m *testing.M) { os.Exit(lawtest.Main(m, linalg.Ops(), untried)) }

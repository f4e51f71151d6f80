package main

import (
	"io"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/flags/flagtest"
)

func FuzzFlags(f *testing.F) {
	flagtest.Fuzz(f, func(args []string, w io.Writer) error {
		_, err := parse(args, w)
		return err
	}, "-jit\ntestdata", "-jit=false\n-x", "testdata\n-jit")
}

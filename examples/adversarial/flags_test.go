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
	}, "-image=3\n-target=4\n-steps=5", "-rate\nNaN", "-rate\n-Inf\n-gamma\n1e999", "-steps\n9000000000000000000", "-o=")
}

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
	}, "-list", "-table\n-list", "-piece\nrules\n-o\ndir", "-piece=\xff")
}

package main

import (
	"testing"

	"github.com/pullback-go/pullback/examples/internal/flags/flagtest"
)

func FuzzFlags(f *testing.F) {
	flagtest.Fuzz(f, parse, "-steps=3")
}

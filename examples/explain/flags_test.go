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
	}, "-image\n3\n-class\n7", "-image\nexplain.png", "-image\n/dev/zero", "-composite=epsilon_plus\n-attributor=occlusion\n-cmap=bwr", "-cmap\n00f,80:fff,f00\n-o\nx.png")
}

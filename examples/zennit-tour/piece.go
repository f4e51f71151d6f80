package main

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// piece is one stop of the tour.
type piece struct {
	name, title string
	about       [2]string
	zennit      string // the code in Zennit
	here        string // the code here, as in run
	run         func(w io.Writer, dir string) error
}

// pieces lists the tour in order.
func pieces() []piece {
	return []piece{
		start(), rulesOnOneLayer(), rulesOnReLU(), stabilizers(),
		plans(), presets(), firstLayer(), residual(), canonizers(),
		attributors(), targets(), beyond(), batch(),
		inactive(), concurrent(), secondOrder(), sites(),
		intermediate(), conditional(), ledger(),
		customRule(), customComposite(), customCanonizer(), customAttributor(),
		images(), colors(), animation(),
	}
}

func (p piece) show(w io.Writer, dir string) (err error) {
	fmt.Fprintf(w, "%s: %s\n  %s\n  %s\n", p.name, p.title, p.about[0], p.about[1])
	fmt.Fprintf(w, "in Zennit you write\n%shere you write\n%sand get\n", indent(p.zennit), indent(p.here))
	if misuse := trace.Try(func() { err = p.run(w, dir) }); misuse != nil {
		err = misuse
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

func indent(code string) string {
	return "  | " + strings.ReplaceAll(strings.Trim(code, "\n"), "\n", "\n  | ") + "\n"
}

// table says what of Zennit is replaced by what.
//
//go:embed table.txt
var table string

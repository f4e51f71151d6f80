package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = run(os.Stdout, o)
	}
	flags.Exit("zennit-tour", err)
}

type options struct {
	list, table bool
	pieces      []piece
	dir         string
}

func parse(args []string, w io.Writer) (o options, err error) {
	f := flag.NewFlagSet("zennit-tour", flag.ContinueOnError)
	f.BoolVar(&o.list, "list", false, "print the names of the pieces")
	f.BoolVar(&o.table, "table", false, "print what replaces what")
	name := f.String("piece", "", "the one `piece` to run, see -list; all of them without")
	f.StringVar(&o.dir, "o", "tour", "the `folder` for pictures")
	if err := flags.Parse(f, args, w); err != nil {
		return o, err
	}
	if err := flags.File("o", o.dir); err != nil {
		return o, err
	}
	if o.list && o.table || (o.list || o.table) && *name != "" {
		return o, errors.New("-list, -table and -piece exclude each other: give one of them")
	}
	o.pieces, err = choose(*name)
	return o, err
}

// choose returns the piece of a name, or all pieces if the name is empty.
func choose(name string) ([]piece, error) {
	all := pieces()
	if name == "" {
		return all, nil
	}
	var names []string
	for _, p := range all {
		if p.name == name {
			return []piece{p}, nil
		}
		names = append(names, p.name)
	}
	return nil, fmt.Errorf("-piece %s: want one of %s", flags.Quote(name), strings.Join(names, ", "))
}

func run(w io.Writer, o options) error {
	switch {
	case o.list:
		for _, p := range o.pieces {
			fmt.Fprintf(w, "%-18s %s\n", p.name, p.title)
		}
		return nil
	case o.table:
		_, err := io.WriteString(w, table)
		return err
	}
	if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	for i, p := range o.pieces {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := p.show(w, o.dir); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// A record keeps a result in a safetensors file: the tensors input, output and
// relevance/0, relevance/1 ..., and as metadata the JSON line, and the identity of the job.
const (
	recordLine     = "explain"
	recordIdentity = "settings"
)

func recordPath(folder, name string) string {
	return filepath.Join(folder, filepath.FromSlash(name)+".safetensors")
}

func relevanceName(i int) string { return fmt.Sprintf("relevance/%d", i) }

// writeRecord writes the record of a result that has no error.
func writeRecord(w io.Writer, r *result) error {
	text, err := json.Marshal(r.line())
	if err != nil {
		return err
	}
	tensors := map[string]trace.Value{"input": r.x, "output": r.y}
	for i, h := range r.heats {
		tensors[relevanceName(i)] = h.r
	}
	return safetensors.Encode(w, tensors, map[string]string{recordLine: string(text), recordIdentity: r.job.identity})
}

var errOtherRecord = errors.New("the record is of another input, or of other settings")

// readRecord fills in a result from the record of the same input by the same job.
func readRecord(path string, r *result) error {
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	meta := f.Metadata()
	x, err := f.Value("input")
	if err != nil || meta[recordIdentity] != r.job.identity || !sameValue(x, r.x) {
		return errOtherRecord
	}
	var l line
	if err := json.Unmarshal([]byte(meta[recordLine]), &l); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if r.y, err = f.Value("output"); err != nil {
		return err
	}
	for i := range l.Maps {
		if l.Maps[i].r, err = f.Value(relevanceName(i)); err != nil {
			return err
		}
	}
	r.prediction, r.heats, r.kept = l.Prediction, l.Maps, true
	return nil
}

// sameValue reports whether two values are equal, NaN aside.
func sameValue(a, b trace.Value) bool {
	return a.Type().Equal(b.Type()) && slices.Equal(a.Float64s(), b.Float64s())
}

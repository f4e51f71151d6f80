package main

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
)

// stories checks the tokens of a prompt, and that its most probable continuation is the
// expected one.
func stories(c *claims, d *data) error {
	tok, err := readTokenizer(filepath.Join(d.dir, "tok512.bin"))
	if err != nil {
		return err
	}
	for _, id := range []string{"stories260K/once", "stories260K/tim"} {
		test, m, _, err := d.load(id)
		if err != nil {
			return err
		}
		var want string
		if err := unmarshal(test.Expected.Text, &want); err != nil {
			return err
		}
		prompt := tok.Encode(test.Expected.Prompt).IDs()
		c.claim(equal(prompt, test.Expected.PromptIDs), "reads %q as the tokens %v", test.Expected.Prompt, prompt)
		got := continued(m, prompt, len(test.Expected.GreedyIDs))
		story := tok.Decode(append(prompt, got...))
		c.claim(equal(got, test.Expected.GreedyIDs) && " "+story == want, "continues %s by %d tokens: %q", id, len(got), story)
	}
	return nil
}

func readTokenizer(path string) (*text.Tokenizer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return text.ReadLlama2C(f)
}

// continued returns the most probable tokens after a prompt, one after the other.
func continued(m onnx.Model, prompt []int, count int) []int {
	ids := make([]int64, len(prompt))
	for i, id := range prompt {
		ids[i] = int64(id)
	}
	var out []int
	for range count {
		logits := m.Apply(map[string]trace.Value{"ids": trace.New(slices.Clone(ids), 1, len(ids))})["logits"]
		next := trace.Data[int64](fn.ArgMax(pick(logits, 0, len(ids)-1), 0))[0]
		ids, out = append(ids, next), append(out, int(next))
	}
	return out
}

func equal(got []int, want []int64) bool {
	return slices.EqualFunc(got, want, func(g int, w int64) bool { return int64(g) == w })
}

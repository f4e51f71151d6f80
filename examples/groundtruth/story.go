package main

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// stories checks that the most probable continuation of a prompt is the expected one.
func stories(c *claims, d *data) error {
	for _, id := range []string{"stories260K/once", "stories260K/tim"} {
		test, m, _, err := d.load(id)
		if err != nil {
			return err
		}
		ids := slices.Clone(test.Expected.PromptIDs)
		for range test.Expected.GreedyIDs {
			logits := m.Apply(map[string]trace.Value{"ids": trace.New(ids, 1, len(ids))})["logits"]
			ids = append(ids, trace.Data[int64](fn.ArgMax(pick(logits, 0, len(ids)-1), 0))[0])
		}
		got := ids[len(test.Expected.PromptIDs):]
		var text string
		if err := unmarshal(test.Expected.Text, &text); err != nil {
			return err
		}
		c.claim(slices.Equal(got, test.Expected.GreedyIDs), "continues %s by %d tokens: %q", id, len(got), text)
	}
	return nil
}

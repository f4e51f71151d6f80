package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"

	"github.com/pullback-go/pullback/examples/internal/meter"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// The words of the sentences: the mark, the question, and nouns.
var words = []string{"!", "?", "ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibex", "jay", "koi", "lynx"}

const (
	nouns  = 6         // of a sentence
	places = nouns + 2 // of them, the mark and the question
	first  = 2         // among the words that is a noun
)

// sentences draws n sentences, i64[n 8]: nouns, one of which has the mark before it, and
// the question which it was. The answers are i64[n].
func sentences(key trace.Value, n int) (ids, answers trace.Value) {
	keys := random.Split(key, 2)
	drawn := random.Randint(fn.Index(keys, 0), first, int64(len(words)), n, nouns)
	marked := fn.ExpandDims(random.Randint(fn.Index(keys, 1), 0, nouns, n), 1)
	answers = fn.TakeAlong(drawn, marked, 1)
	place := fn.BroadcastTo(fn.Iota(trace.TypeOf(trace.Int64, 1, nouns+1), 1), n, nouns+1)
	mark := fn.BroadcastTo(marked, n, nouns+1)
	after := fn.Cast(fn.Greater(place, mark), trace.Int64) // the nouns behind the mark lie one further
	told := fn.TakeAlong(drawn, fn.Clamp(fn.Sub(place, after), 0, nouns-1), 1)
	told = fn.Where(fn.Equal(place, mark), fn.ZerosLike(told), told)
	return fn.Concat(1, told, fn.OnesOf(trace.Int64, n, 1)), fn.Squeeze(answers, 1)
}

//go:embed recall.safetensors
var weights []byte

// llama is the small Llama, without weights.
func llama() text.Llama {
	return text.NewLlama(text.LlamaConfig{Vocab: len(words), Width: 32, Hidden: 64, Depth: 2, Heads: 4, Context: places})
}

// learned is the small Llama as it was trained, or as it is trained now.
func (s settings) learned(ctx context.Context, stderr io.Writer) (text.Llama, error) {
	if s.train > 0 {
		return s.trained(ctx, stderr)
	}
	f, err := safetensors.Decode("recall.safetensors", weights)
	if err != nil {
		return text.Llama{}, err
	}
	return nn.Load(llama(), f.Values())
}

// trained trains on what follows the question.
func (s settings) trained(ctx context.Context, stderr io.Writer) (text.Llama, error) {
	keys := random.Split(random.Key(1), 2)
	m := text.Init(llama(), fn.Index(keys, 0))
	loss := func(m text.Llama, key trace.Value) trace.Value {
		ids, answers := sentences(key, 64)
		return nn.CrossEntropy(fn.At(m.Apply(ids, trace.Value{}), fn.Every, -1), answers)
	}
	optimizer := optim.Chain(optim.ClipNorm(1), optim.AdamW(optim.OneCycle(0.005, s.train), optim.AdamConfig{}))
	step := transforms.JitN(optim.Step(optimizer, loss))
	state, bar := optim.Init(optimizer, m), meter.New(stderr, s.train)
	for i := range s.train {
		if err := ctx.Err(); err != nil {
			bar.Clear()
			return m, err
		}
		m, state, _ = step(m, state, random.FoldIn(fn.Index(keys, 1), int64(i)))
		bar.Step(1)
	}
	bar.Clear()
	if s.out == "" {
		return m, nil
	}
	tensors := map[string]trace.Value{}
	for _, p := range nn.Params(nn.Cast(m, trace.Float16)) {
		tensors[p.Name] = p.Value
	}
	return m, safetensors.Write(s.out, tensors, nil)
}

// recall explains what the small Llama says of some sentences, and counts where the
// relevance is.
func (s settings) recall(ctx context.Context, e explainer, stdout, stderr io.Writer) ([]explanation, error) {
	m, err := s.learned(ctx, stderr)
	if err != nil {
		return nil, err
	}
	logits := func(ids trace.Value) trace.Value { return m.Apply(ids, trace.Value{}) }
	const count = 500
	ids, answers := sentences(random.Key(2), count)
	said := fn.ArgMax(fn.At(logits(ids), fn.Every, -1), -1)
	right := fn.Mean(fn.Cast(fn.Equal(said, answers), trace.Float64), 0).Float64()
	fmt.Fprintf(stdout, "right in %.1f %% of %d sentences\n", 100*right, count)
	embedding, err := embeddingOf(logits, ids)
	if err != nil {
		return nil, err
	}
	var r, logit trace.Value
	if err := trace.Try(func() { r, logit = e.relevance(logits, embedding, ids, said) }); err != nil {
		return nil, err
	}
	largest := fn.ExpandDims(fn.ArgMax(fn.At(r, fn.Every, fn.Span(0, places-1)), 1), 1)
	found := fn.Mean(fn.Cast(fn.Equal(fn.Squeeze(fn.TakeAlong(ids, largest, 1), 1), said), trace.Float64), 0).Float64()
	fmt.Fprintf(stdout, "the word that it says has the most relevance of those before the question in %.1f %% (chance %.1f)\n", 100*found, 100.0/(nouns+1))
	var out []explanation
	for i := range min(s.count, count) {
		e := explanation{Token: words[trace.Item[int64](fn.Index(said, i))], Relevance: fn.Index(r, i).Float64s(), Target: logit.At(i)}
		for _, id := range trace.Data[int64](fn.Index(ids, i)) {
			e.Before = append(e.Before, words[id]+" ")
		}
		out = append(out, e)
	}
	return out, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// explainer shares the logit of a token among the tokens before it.
type explainer struct {
	composite rules.Composite
	gradient  bool // whether the composite passes on a gradient
}

// relevance is that of each token of ids[n t], [n t], for the logits at the last place of
// the given tokens, i64[n], which are returned, too. At embedding, the path of a layer,
// tokens are vectors.
func (e explainer) relevance(logits func(ids trace.Value) trace.Value, embedding string, ids, tokens trace.Value) (r, of trace.Value) {
	chosen := func(y trace.Value) trace.Value { // 1 at the token, at the last place
		last := fn.OneHot(trace.New([]int64{int64(y.Dim(1) - 1)}, 1), y.Dim(1), y.DType())
		return fn.Mul(fn.ExpandDims(last, 2), fn.ExpandDims(fn.OneHot(tokens, y.Dim(2), y.DType()), 1))
	}
	target := func(y trace.Value) trace.Value { return fn.Mul(chosen(y), y) }
	if e.gradient {
		target = chosen
	}
	_, arrived := transforms.Relevances(transforms.WithRules(e.composite, logits), target, embedding)(ids)
	tapped := transforms.WithTaps(logits, embedding)(transforms.TapArg[trace.Value]{X: ids})
	r = arrived[embedding]
	if e.gradient {
		r = fn.Mul(r, tapped.Values[embedding])
	}
	return fn.Sum(r, -1), fn.Sum(fn.Mul(chosen(tapped.Y), tapped.Y), 1, 2)
}

// embeddingOf is the path of the first layer that turns numbers into vectors.
func embeddingOf(logits func(ids trace.Value) trace.Value, ids trace.Value) (string, error) {
	for _, row := range transforms.Plan(rules.LayerMap(), logits, ids).Rows {
		if row.Site.Kind.Is(trace.KindEmbedding) {
			return row.Site.Path, nil
		}
	}
	return "", errors.New("the model has no embedding: no layer turns token numbers into vectors")
}

// continued continues the prompt by a model from a file.
func (s settings) continued(ctx context.Context, e explainer) ([]explanation, error) {
	m, err := onnx.Load(s.model)
	if err != nil {
		return nil, err
	}
	logits, err := m.Func("", "")
	if err != nil {
		return nil, err
	}
	tok, err := loadTokenizer(s.tokenizer)
	if err != nil {
		return nil, err
	}
	return s.written(ctx, e, logits, tok)
}

// written continues the prompt by the likeliest tokens, and explains each.
func (s settings) written(ctx context.Context, e explainer, logits func(ids trace.Value) trace.Value, tok *text.Tokenizer) ([]explanation, error) {
	var ids []int64
	for _, t := range tok.Encode(s.prompt) {
		ids = append(ids, int64(t.ID))
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("-prompt %s has no tokens", flags.Quote(s.prompt))
	}
	var out []explanation
	var fault error
	err := trace.Try(func() {
		var embedding string
		if embedding, fault = embeddingOf(logits, trace.New(ids, 1, len(ids))); fault != nil {
			return
		}
		for range s.count {
			if fault = ctx.Err(); fault != nil {
				return
			}
			seen := trace.New(ids, 1, len(ids))
			y := fn.At(logits(seen), 0, -1)
			if fault = tok.Fits(y.Dim(0)); fault != nil {
				return
			}
			next := trace.Item[int64](fn.ArgMax(y, 0))
			r, logit := e.relevance(logits, embedding, seen, trace.New([]int64{next}))
			out = append(out, explanation{pieces(tok, next)[0], pieces(tok, ids...), r.Float64s(), logit.Float64()})
			ids = append(ids, next)
		}
	})
	return out, errors.Join(err, fault)
}

// pieces are the texts of tokens, as they are in a text.
func pieces(tok *text.Tokenizer, ids ...int64) []string {
	out, before := make([]string, len(ids)), ""
	for i := range ids {
		var all []int
		for _, id := range ids[:i+1] {
			all = append(all, int(id))
		}
		whole := tok.Decode(all)
		if len(whole) > len(before) {
			out[i] = whole[len(before):]
		} else { // a special token, or a part of a character
			piece, _ := tok.Piece(int(ids[i]))
			out[i] = "⟨" + strings.TrimSpace(piece) + "⟩"
		}
		before = whole
	}
	return out
}

func loadTokenizer(path string) (*text.Tokenizer, error) {
	if filepath.Ext(path) != ".bin" {
		return text.LoadTokenizer(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tok, err := text.ReadLlama2C(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return tok, nil
}

package main

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// transformer maps numbers of characters, ids[n t], to logits of the next character at
// each place, [n t characters].
type transformer struct {
	Tokens    nn.Embedding
	Positions nn.Embedding
	Blocks    []block
	Norm      nn.LayerNorm
	Out       nn.Linear
}

// block is a layer that is normalized before each part, as GPT-2's.
type block struct {
	Before    nn.LayerNorm
	Attention nn.SelfAttention
	Between   nn.LayerNorm
	Up, Down  nn.Linear
}

func newTransformer(characters int, s settings) transformer {
	t := transformer{
		Tokens: nn.NewEmbedding(characters, s.width), Positions: nn.NewEmbedding(s.window, s.width),
		Norm: nn.NewLayerNorm(s.width), Out: nn.NewLinear(s.width, characters),
	}
	for range s.layers {
		attention := nn.NewSelfAttention(s.width, s.heads)
		attention.Causal = true
		t.Blocks = append(t.Blocks, block{
			nn.NewLayerNorm(s.width), attention, nn.NewLayerNorm(s.width), nn.NewLinear(s.width, 4*s.width), nn.NewLinear(4*s.width, s.width),
		})
	}
	return nn.Name(t)
}

// Apply computes the logits.
func (t transformer) Apply(ids trace.Value) trace.Value {
	places := fn.IotaLike(ids, trace.TypeOf(trace.Int64, ids.Dim(1)), 0)
	x := fn.Add(t.Tokens.Apply(ids), t.Positions.Apply(places))
	for _, b := range t.Blocks {
		x = b.Apply(x)
	}
	return t.Out.Apply(t.Norm.Apply(x))
}

// Apply maps x[n t width] to the same shape.
func (b block) Apply(x trace.Value) trace.Value {
	x = fn.Add(x, b.Attention.Apply(b.Before.Apply(x)))
	return fn.Add(x, b.Down.Apply(fn.GELU(b.Up.Apply(b.Between.Apply(x)))))
}

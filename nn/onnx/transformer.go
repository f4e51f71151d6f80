package onnx

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// transformerOperators came with opset 23.
var transformerOperators = map[string]operator{
	"Attention":       {run: attention},
	"RotaryEmbedding": one(rotary),
}

// kindAttention is the kind of attention: softmax(q k) v.
const kindAttention trace.Kind = "attention"

// heads gives x[batch time heads·size] an axis for its heads: [batch heads time size].
func heads(x trace.Value, n int) trace.Value {
	if x.Rank() == 4 {
		return x
	}
	if x.Rank() != 3 || n < 1 || x.Shape()[2]%n != 0 {
		panic(trace.Errorf("%v with %d heads: want x[batch heads time size], or x[batch time heads·size] and the number of heads", x.Type(), n))
	}
	shape := x.Shape()
	return fn.Transpose(fn.Reshape(x, shape[0], shape[1], n, shape[2]/n), 0, 2, 1, 3)
}

// joined is the inverse of heads.
func joined(x trace.Value) trace.Value {
	shape := x.Shape()
	return fn.Reshape(fn.Transpose(x, 0, 2, 1, 3), shape[0], shape[2], shape[1]*shape[3])
}

// attention has operands q, k, v, a mask, and the keys and values of earlier steps. Its
// outputs are the result, all keys and values, and the products of queries and keys. Each
// head of keys and values serves as many heads of queries as there are more of these.
//
// Vaswani et al., "Attention Is All You Need", NeurIPS 2017; Ainslie et al., "GQA: Training
// Generalized Multi-Query Transformer Models from Multi-Head Checkpoints", EMNLP 2023.
func attention(c *call) []trace.Value {
	flat := c.arg(0).Rank() == 3
	var keys, values, scores trace.Value
	y := c.layer(kindAttention, noBias, func(in []trace.Value) trace.Value {
		inner := *c
		inner.in = in
		q := heads(inner.arg(0), c.int("q_num_heads", 0))
		keys, values = heads(inner.arg(1), c.int("kv_num_heads", 0)), heads(inner.arg(2), c.int("kv_num_heads", 0))
		if inner.has(4) && inner.has(5) {
			keys, values = fn.Concat(2, inner.arg(4), keys), fn.Concat(2, inner.arg(5), values)
		}
		y := fn.MatMul(inner.weights(q, keys, &scores), repeated(values, q))
		if flat {
			return joined(y)
		}
		return y
	})
	if len(c.out) < 2 {
		return []trace.Value{y}
	}
	if c.isData(0) || c.isData(1) || c.isData(2) {
		// What else a node returns was computed inside of the layer; it is computed again here.
		inner := *c
		inner.node = &node{name: c.name, op: c.op, version: c.version, attrs: c.attrs, in: c.node.in, out: c.out}
		return append([]trace.Value{y}, attention(&inner)[1:]...)
	}
	return []trace.Value{y, keys, values, scores}
}

// weights returns the weights of values, and what the node wants to see of the scores.
func (c *call) weights(q, keys trace.Value, seen *trace.Value) trace.Value {
	size := float64(q.Shape()[3])
	scores := fn.MatMul(fn.Mul(q, fn.Scalar(c.real("scale", 1/math.Sqrt(size)))), fn.Transpose(repeated(keys, q), 0, 1, 3, 2))
	mode := c.int("qk_matmul_output_mode", 0)
	see := func(at int) {
		if mode == at {
			*seen = scores
		}
	}
	see(0)
	minusInf := fn.Scalar(math.Inf(-1))
	if c.has(3) {
		if mask := c.arg(3); mask.DType() == trace.Bool {
			scores = fn.Where(mask, scores, minusInf)
		} else {
			scores = fn.Add(scores, mask)
		}
	}
	if c.int("is_causal", 0) != 0 {
		index := trace.TypeOf(trace.Int64, scores.Shape()[2:]...)
		scores = fn.Where(fn.GreaterEqual(fn.Iota(index, 0), fn.Iota(index, 1)), scores, minusInf)
	}
	see(1)
	if bound := c.real("softcap", 0); bound > 0 {
		scores = fn.Mul(fn.Tanh(fn.Div(scores, fn.Scalar(bound))), fn.Scalar(bound))
	}
	see(2)
	scores = fn.Softmax(scores, 3)
	see(3)
	return scores
}

// repeated repeats each head of x until there are as many as in q.
func repeated(x, q trace.Value) trace.Value {
	n, have := q.Shape()[1], x.Shape()[1]
	if n == have {
		return x
	}
	if have == 0 || n%have != 0 {
		panic(trace.Errorf("%d heads of queries cannot share %d heads of keys and values", n, have))
	}
	shape := x.Shape()
	y := fn.BroadcastTo(fn.ExpandDims(x, 2), shape[0], have, n/have, shape[2], shape[3])
	return fn.Reshape(y, shape[0], n, shape[2], shape[3])
}

// rotary turns pairs of elements of x by angles that grow with the position. The pairs
// are the two halves of a head, or neighbors.
//
// Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding",
// Neurocomputing 568, 2024.
func rotary(c *call) trace.Value {
	x := heads(c.arg(0), c.int("num_heads", 0))
	cos, sin := c.arg(1), c.arg(2)
	if c.has(3) {
		cos, sin = fn.Take(cos, c.arg(3), 0), fn.Take(sin, c.arg(3), 0)
	}
	size := x.Shape()[3]
	turned := c.int("rotary_embedding_dim", 0)
	if turned == 0 {
		turned = size
	}
	if turned > size || turned%2 != 0 || cos.Rank() != 3 || cos.Shape()[2] != turned/2 {
		panic(trace.Errorf("heads of %d, %d of them turned, and angles %v: want half as many angles as elements that are turned", size, turned, cos.Type()))
	}
	cos, sin = fn.ExpandDims(cos, 1), fn.ExpandDims(sin, 1)
	rest := between(x, 3, turned, size)
	x = between(x, 3, 0, turned)
	var y trace.Value
	if c.int("interleaved", 0) != 0 {
		shape := slices.Clone(x.Shape())
		pairs := fn.Reshape(x, append(shape[:3:3], turned/2, 2)...)
		a, b := fn.Squeeze(between(pairs, 4, 0, 1), 4), fn.Squeeze(between(pairs, 4, 1, 2), 4)
		y = fn.Reshape(fn.Stack(4, fn.Sub(fn.Mul(a, cos), fn.Mul(b, sin)), fn.Add(fn.Mul(a, sin), fn.Mul(b, cos))), shape...)
	} else {
		a, b := between(x, 3, 0, turned/2), between(x, 3, turned/2, turned)
		y = fn.Concat(3, fn.Sub(fn.Mul(a, cos), fn.Mul(b, sin)), fn.Add(fn.Mul(a, sin), fn.Mul(b, cos)))
	}
	y = fn.Concat(3, y, rest)
	if c.arg(0).Rank() == 3 {
		return joined(y)
	}
	return y
}

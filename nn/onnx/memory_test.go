package onnx_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/pullback-go/pullback/nn/onnx"
)

// allocated returns the memory that f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// large has files of about a megabyte that say much in few bytes.
func large() map[string][]byte {
	const n = 1 << 20
	of := func(m message) []byte { return message{}.bytes(7, m) }
	repeated := func(b []byte) []byte { return of(bytes.Repeat(b, n/len(b))) }
	node := func(m message) message { return message{}.bytes(1, m) }
	chain := func(op string, a attrs, w Value) []byte {
		g := graph{given: []tensor{stored("v0", w)}}
		for i := range n / 40 {
			in := fmt.Sprintf("v%d v%d", i, i)
			if op == "Cast" || op == "ConstantOfShape" {
				in = "v0"
			}
			g.nodes = append(g.nodes, graph{}.node(op, in, fmt.Sprint("v", i+1), a))
		}
		g.out = []string{fmt.Sprint("v", n/40)}
		return model{graph: g}.bytes()
	}
	numbers := make([]float64, 1<<15)
	return map[string][]byte{
		"empty nodes":          repeated(node(message{}.text(4, "A"))),
		"empty operands":       of(node(append(message{}.text(4, "A"), bytes.Repeat(message{}.text(1, ""), n/2)...))),
		"empty attributes":     of(node(append(message{}.text(4, "A"), bytes.Repeat(message{}.bytes(5, nil), n/2)...))),
		"empty initializers":   repeated(message{}.bytes(5, nil)),
		"empty inputs":         repeated(message{}.bytes(11, nil)),
		"empty functions":      bytes.Repeat(message{}.bytes(25, nil), n/3),
		"empty metadata":       bytes.Repeat(message{}.bytes(14, nil), n/2),
		"opsets":               bytes.Repeat(message{}.bytes(8, nil), n/2),
		"dims of an input":     of(message{}.bytes(11, message{}.bytes(2, message{}.bytes(1, message{}.bytes(2, bytes.Repeat(message{}.bytes(1, nil), n/2)))))),
		"dims of a tensor":     of(message{}.bytes(5, bytes.Repeat(message{}.number(1, 0), n/2))),
		"packed dims":          of(message{}.bytes(5, message{}.bytes(1, make([]byte, n)))),
		"external entries":     of(message{}.bytes(5, bytes.Repeat(message{}.bytes(13, nil), n/2))),
		"a list of ints":       of(node(append(message{}.text(4, "A"), message{}.bytes(5, message{}.bytes(8, make([]byte, n)))...))),
		"a list of texts":      of(node(append(message{}.text(4, "A"), message{}.bytes(5, bytes.Repeat(message{}.text(9, ""), n/2))...))),
		"a list of floats":     of(node(append(message{}.text(4, "A"), message{}.bytes(5, message{}.bytes(7, make([]byte, n)))...))),
		"deep graphs":          nested(n / 40),
		"groups":               bytes.Repeat([]byte{9<<3 | 3}, n),
		"bytes as numbers":     model{graph: graph{given: []tensor{{name: "w", kind: "u8", dims: []int64{n}, raw: make([]byte, n)}}, out: []string{"w"}}}.bytes(),
		"halves":               model{graph: graph{given: []tensor{{name: "w", kind: "f16", dims: []int64{n / 2}, raw: make([]byte, n)}}, out: []string{"w"}}}.bytes(),
		"listed numbers":       model{graph: graph{given: []tensor{{name: "w", kind: "i64", dims: []int64{n}, list: message{}.bytes(7, make([]byte, n))}}, out: []string{"w"}}}.bytes(),
		"floats":               model{graph: graph{given: []tensor{stored("w", ramp(1, n/4))}, out: []string{"w"}}}.bytes(),
		"numbers that double":  chain("Concat", attrs{"axis": 0}, i64(s(2), 1, 2)),
		"sums of numbers":      chain("Add", nil, i64(s(len(numbers)), numbers...)),
		"casts of numbers":     chain("Cast", attrs{"to": 7}, i64(s(len(numbers)), numbers...)),
		"zeros":                chain("ConstantOfShape", nil, i64(s(1), most)),
		"a table of all pairs": pairs("Add", len(numbers)),
		"a product":            pairs("MatMul", len(numbers)),
		"all picks":            pairs("Gather", len(numbers)),
	}
}

// most is the size up to which results are computed while a file is loaded.
const most = 1 << 16

func (graph) node(op, in, out string, a attrs) node { return node{op: op, in: in, out: out, attrs: a} }

// nested is an If in an If, and so on.
func nested(depth int) []byte {
	m := message{}
	for range depth {
		m = message{}.bytes(1, message{}.text(4, "If").bytes(5, message{}.bytes(6, m)))
		if len(m) > 1<<20 {
			break
		}
	}
	return message{}.bytes(7, m)
}

// pairs has a node whose result would be n² numbers.
func pairs(op string, n int) []byte {
	a, b := make([]float64, n), make([]float64, n)
	g := graph{given: []tensor{stored("a", i64(s(n, 1), a...)), stored("b", i64(s(1, n), b...))}, out: []string{"y"}}
	g.nodes = []node{{op: op, in: "a b", out: "y"}}
	if op == "Gather" {
		g.nodes[0].in, g.nodes[0].attrs = "b a", attrs{"axis": 0}
	}
	return model{graph: g}.bytes()
}

// allowance is the memory that the package's documentation allows beside that.
const allowance = 4 << 20

func TestMemoryIsAtMostFourTimesTheFile(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for name, file := range large() {
		before := held()
		m, err := onnx.Decode("m.onnx", file)
		most := uint64(4*len(file) + allowance + 1<<14) // and the error's own text
		if got := held() - before; got > most && got < 1<<60 {
			t.Errorf("%s: %d bytes are held for a file of %d, %.1f times as many", name, got, len(file), float64(got)/float64(len(file)))
		}
		all := allocated(func() { _, _ = onnx.Decode("m.onnx", file) })
		t.Logf("%-22s %.2f × file, %v", name, float64(all)/float64(len(file)), err)
		if all > most {
			t.Errorf("%s: %d bytes are allocated for a file of %d, %.1f times as many", name, all, len(file), float64(all)/float64(len(file)))
		}
		runtime.KeepAlive(m)
	}
}

// held returns the memory in use, garbage excluded.
func held() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

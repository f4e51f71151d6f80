package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestSignsOfStructureAreTight(t *testing.T) {
	float, boolean := typed(trace.Float32), typed(trace.Bool)
	same := []trace.Op{reshape{}, transpose{}, expand{}, slice{}, take{}, takeAlong{}, extreme{}}
	summing := []trace.Op{sum{}, cumSum{}, addAlong{}, addTake{}}
	averaging := []trace.Op{mean{}, avgPool{}, avgPoolInput{}}
	products := []trace.Op{dot{}, conv{}, convInput{}, convWeights{}}
	tests := []struct {
		ops      []trace.Op
		in, want []trace.Sign
	}{
		{same, []trace.Sign{n | pi}, []trace.Sign{n | pi}}, {same, []trace.Sign{na}, []trace.Sign{na}},
		{summing, []trace.Sign{pz}, []trace.Sign{z}}, {summing, []trace.Sign{p}, []trace.Sign{z | p | pi}}, {summing, []trace.Sign{n}, []trace.Sign{z | n | ni}},
		{summing, []trace.Sign{n | p}, []trace.Sign{trace.AnySign}}, {summing, []trace.Sign{ni | p}, []trace.Sign{trace.AnySign &^ n}},
		{summing, []trace.Sign{pi}, []trace.Sign{z | pi}}, {summing, []trace.Sign{na}, []trace.Sign{z | na}},
		{averaging, []trace.Sign{p}, []trace.Sign{z | p | pi | na}}, {averaging, []trace.Sign{nz}, []trace.Sign{z | na}},
		{products, []trace.Sign{p, p}, []trace.Sign{z | p | pi}}, {products, []trace.Sign{p, n}, []trace.Sign{z | n | ni}},
		{products, []trace.Sign{pz, pz}, []trace.Sign{z}}, {products, []trace.Sign{pz, n}, []trace.Sign{z}}, // padding is +0
		{products, []trace.Sign{p, pi}, []trace.Sign{z | pi | na}}, {products, []trace.Sign{n | p, p}, []trace.Sign{trace.AnySign}},
		{[]trace.Op{concat{}}, []trace.Sign{n, pz, pi}, []trace.Sign{n | pz | pi}}, {[]trace.Op{concat{}}, []trace.Sign{p}, []trace.Sign{p}},
		{[]trace.Op{maxPool{}}, []trace.Sign{n | nz}, []trace.Sign{n | nz, trace.AnySign}},
		{[]trace.Op{softmax{}}, []trace.Sign{n}, []trace.Sign{pz | p | na}},
		{[]trace.Op{counting{}}, nil, []trace.Sign{pz | p}},
		{[]trace.Op{full{float, 0}}, nil, []trace.Sign{pz}}, {[]trace.Op{full{float, negZero}}, nil, []trace.Sign{nz}}, {[]trace.Op{full{float, -2}}, nil, []trace.Sign{n}},
		{[]trace.Op{full{float, inf}}, nil, []trace.Sign{pi}}, {[]trace.Op{full{float, nan}}, nil, []trace.Sign{na}},
		{[]trace.Op{full{boolean, -2}}, nil, []trace.Sign{p}}, {[]trace.Op{full{boolean, 0}}, nil, []trace.Sign{pz}}, {[]trace.Op{full{boolean, nan}}, nil, []trace.Sign{p}},
	}
	for _, test := range tests {
		for _, op := range test.ops {
			got := op.(trace.Signed).Signs(test.in)
			if len(got) != len(test.want) {
				t.Fatalf("%s: %d outputs, want %d", op.Name(), len(got), len(test.want))
			}
			for i, want := range test.want {
				if got[i] != want {
					t.Errorf("%s of %v: output %d is %v, want %v", op.Name(), test.in, i, got[i], want)
				}
			}
		}
	}
	if in := []trace.Sign{p, n}; cap(reshape{}.Signs(in)) != 1 || len(reshape{}.Signs(in)) != 1 {
		t.Error("what is told of one output has room for more")
	}
}

// Ops that select and scatter say how large their planes are.
func TestPlanesOfSelections(t *testing.T) {
	pool := maxPool{windows{Kernel: []int{2, 2}}}
	if got := pool.Selects([]trace.Type{typed(trace.Float32, 2, 3, 5, 7)}); got != 35 {
		t.Errorf("a plane of 5×7 has %d elements", got)
	}
	if got := (maxPool{windows{Adaptive: []int{2}}}).Selects([]trace.Type{typed(trace.Float32, 2, 3, 5, 7)}); got != 7 {
		t.Errorf("a line of 7 has %d elements", got)
	}
	in := []trace.Type{typed(trace.Float32, 2, 3), typed(trace.Int32, 2, 3)}
	for axis, want := range []bool{false, true} {
		if size, ok := (addAlong{axis, 9}).Scatters(in); size != 9 || ok != want {
			t.Errorf("along axis %d: planes of %d, %v, want 9, %v", axis, size, ok, want)
		}
	}
}

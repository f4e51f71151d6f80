package avx2

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// pools writes poolings of rows of windows that are alike, for the strides 1 and 2.
func pools(f format) {
	for _, stride := range []int{1, 2} {
		poolRow(f, stride, "maxRows", "func(y, index, x, lines *byte, count, taps, n, rows, pitch int) int",
			[]string{"the largest element of window i, and index[i] the int32 position in x of the first of them.",
				"The result is not 0 if a NaN was met, and then y and index are of no use. There are so many rows, each with positions of its own, and",
				"pitch elements from one to the next in y and index, where those in between may change."}, largest(f, stride))
		poolRow(f, stride, "meanRow", "func(y, x, lines, divisor *byte, count, taps, n int)",
			[]string{"the sum of window i, line by line, over the divisor."}, average(f, stride))
	}
	spread(f, "spreadPairs", "dst[2i] += q[i], dst[2i+1] += q[i]", false)
	spread(f, "spreadOdd", "dst[2i] += 0, dst[2i+1] += q[i]", true)
}

// spread writes the adjoint of a row of windows with the stride 2, for neighbouring
// elements of each window or the second of them.
func spread(f format, name, formula string, odd bool) {
	TEXT(name+f.name, NOSPLIT, "func(dst, q *byte, n int)")
	Pragma("noescape")
	program.Doc(name + f.name + " is " + formula + ", for i < n, which is a multiple of the vector's length.")
	dst, q := pointer("dst"), pointer("q")
	low, high := load(f, table("lowerTwice", 0, 0, 1, 1, 2, 2, 3, 3)).(vec), load(f, table("upperTwice", 4, 4, 5, 5, 6, 6, 7, 7)).(vec)
	keep := load(f, table("oddWords", 0, 1<<32-1, 0, 1<<32-1, 0, 1<<32-1, 0, 1<<32-1)).(vec)
	if f.size == 8 {
		low, high = load(f, table("lowerPairTwice", 0, 1, 0, 1, 2, 3, 2, 3)).(vec), load(f, table("upperPairTwice", 4, 5, 4, 5, 6, 7, 6, 7)).(vec)
		keep = load(f, table("oddPairs", 0, 0, 1<<32-1, 1<<32-1, 0, 0, 1<<32-1, 1<<32-1)).(vec)
	}
	loopBy(32/f.size, func(at func(p reg.Register, size int) operand.Mem) {
		v := do(f.load, at(q, f.size))
		for i, order := range []vec{low, high} {
			twice := do(VPERMD, v, order)
			if odd {
				twice = do(f.and, keep, twice)
			}
			to := operand.Mem{Base: dst, Disp: 32 * i}
			f.load(do(f.add, to, twice), to)
		}
		ADDQ(operand.Imm(64), dst)
	})
}

// pooling is what a pooling does with the elements of a vector of windows.
type pooling struct {
	setup  func()
	row    func()                            // before each row
	begin  func(lines reg.Register)          // before the first element
	line   func(position operand.Mem)        // before each line, whose first window begins at a position
	take   func(v vec)                       // the next element of each window
	close  func()                            // after each line
	met    func(a, b vec)                    // two vectors of elements
	end    func(store func(v vec, size int)) // stores the results, of elements of a size
	done   func()
	stored []string // the parameters to store to, in order
}

// row is the writer of one kernel.
type row struct {
	f            format
	stride       int
	p            pooling
	x, lines     reg.Register
	count, taps  reg.Register
	across       reg.Register // the bytes from the first window to that of the vector
	low, high    vec          // what the tail may load
	stores       []reg.Register
	left         reg.Register // windows
	masked, many bool
	suffix, mask string
}

func poolRow(f format, stride int, name, signature string, what []string, p pooling) {
	name = fmt.Sprint(name, stride, f.name)
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	program.Doc(append([]string{fmt.Sprintf("%s is y[i] = %s", name, what[0])}, append(what[1:],
		"Window i has taps elements, from the one that is "+fmt.Sprint(stride)+"i behind each of count positions in x, which are ints.")...)...)
	r := row{f: f, stride: stride, p: p, x: pointer("x"), lines: pointer("lines"), count: pointer("count"), taps: pointer("taps"),
		across: GP64(), left: pointer("n"), many: strings.Contains(signature, "rows")}
	for _, to := range p.stored {
		r.stores = append(r.stores, pointer(to))
	}
	p.setup()
	Label("row")
	p.row()
	XORQ(r.across, r.across)
	r.vectors()
	if r.many {
		r.next()
	}
	p.done()
	VZEROUPPER()
	RET()
}

// next goes on to the next row, if there is one. The parameters say where that is.
func (r row) next() {
	LEAQ(operand.Mem{Base: r.lines, Index: r.count, Scale: 8}, r.lines)
	pitch := pointer("pitch")
	for i, size := range []int{r.f.size, 4} {
		at := parameter(r.p.stored[i])
		MOVQ(at, r.stores[i])
		LEAQ(operand.Mem{Base: r.stores[i], Index: pitch, Scale: uint8(size)}, r.stores[i])
		MOVQ(r.stores[i], at)
	}
	MOVQ(parameter("n"), r.left)
	DECQ(parameter("rows"))
	JNE(operand.LabelRef("row"))
}

// parameter is where a parameter lies in memory.
func parameter(name string) operand.Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

func (r row) lanes() int { return 32 / r.f.size }

// vectors goes from one vector of windows to the next, of which the last may be short.
func (r row) vectors() {
	Label("vector")
	CMPQ(r.left, operand.Imm(uint64(r.lanes())))
	JLT(operand.LabelRef("tail"))
	r.suffix = "Whole"
	r.windows()
	ADDQ(operand.Imm(uint64(32*r.stride)), r.across)
	SUBQ(operand.Imm(uint64(r.lanes())), r.left)
	JMP(operand.LabelRef("vector"))
	Label("tail")
	TESTQ(r.left, r.left)
	JE(operand.LabelRef("done"))
	r.suffix, r.masked = "Tail", true
	r.low, r.high = r.lower(r.f.size*r.stride, 0), nil
	if r.stride == 2 {
		r.high = r.lower(r.f.size*r.stride, 32)
	}
	r.windows()
	Label("done")
}

// lower is the mask of the elements of the tail, which take so many bytes a window, from
// an offset on.
func (r row) lower(bytes, offset int) vec {
	at := GP64()
	IMUL3Q(operand.I8(-bytes), r.left, at)
	table := GP64()
	LEAQ(masks(), table)
	return do(r.f.load, operand.Mem{Base: table, Index: at, Scale: 1, Disp: 64 + offset})
}

// masks is two vectors of ones and two of zeros.
func masks() operand.Mem {
	words := make([]uint32, 32)
	for i := range 16 {
		words[i] = 1<<32 - 1
	}
	return table("masks", words...)
}

// windows pools the windows of one vector.
func (r row) windows() {
	line, lines, position := GP64(), GP64(), GP64()
	MOVQ(r.lines, line)
	MOVQ(r.count, lines)
	r.p.begin(line)
	Label("line" + r.suffix)
	MOVQ(operand.Mem{Base: line}, position)
	LEAQ(operand.Mem{Base: r.x, Index: position, Scale: uint8(r.f.size)}, position)
	ADDQ(r.across, position)
	r.p.line(operand.Mem{Base: line})
	left := GP64()
	MOVQ(r.taps, left)
	if r.stride == 1 {
		r.each(position, left)
	} else {
		r.pairs(position, left)
	}
	r.p.close()
	ADDQ(operand.Imm(8), line)
	DECQ(lines)
	JNE(operand.LabelRef("line" + r.suffix))
	i := -1
	r.p.end(func(v vec, size int) {
		i++
		r.store(v, size, i)
	})
}

// each takes the elements of the windows one by one.
func (r row) each(at, left reg.Register) {
	Label("tap" + r.suffix)
	v := r.load(operand.Mem{Base: at}, r.low)
	r.p.met(v, v)
	r.p.take(v)
	ADDQ(operand.Imm(uint64(r.f.size)), at)
	DECQ(left)
	JNE(operand.LabelRef("tap" + r.suffix))
}

// pairs takes two elements of each window at a time, which alternate; the last of an odd
// number comes with the one before it, so that nothing behind the windows is loaded.
func (r row) pairs(at, left reg.Register) {
	Label("pair" + r.suffix)
	even, odd := r.alternate(at, 0)
	r.p.met(even, odd)
	r.p.take(even)
	r.p.take(odd)
	ADDQ(operand.Imm(uint64(2*r.f.size)), at)
	SUBQ(operand.Imm(2), left)
	CMPQ(left, operand.Imm(2))
	JGE(operand.LabelRef("pair" + r.suffix))
	TESTQ(left, left)
	JE(operand.LabelRef("next" + r.suffix))
	even, odd = r.alternate(at, -r.f.size)
	r.p.met(even, odd)
	r.p.take(odd)
	Label("next" + r.suffix)
}

// alternate takes apart what alternates in two vectors, in the order 0 1 4 5 2 3 6 7 or 0
// 2 1 3.
func (r row) alternate(at reg.Register, offset int) (even, odd vec) {
	low := r.load(operand.Mem{Base: at, Disp: offset}, r.low)
	high := r.load(operand.Mem{Base: at, Disp: offset + 32}, r.high)
	if r.f.size == 4 {
		return do(VSHUFPS, operand.U8(0x88), high, low), do(VSHUFPS, operand.U8(0xdd), high, low)
	}
	return do(VSHUFPD, operand.U8(0), high, low), do(VSHUFPD, operand.U8(0xf), high, low)
}

func (r row) load(from operand.Mem, mask vec) vec {
	if r.masked {
		return do(r.f.loadSome, from, mask)
	}
	return do(r.f.load, from)
}

// store puts down the windows' results, of elements of a size, and goes on behind them.
func (r row) store(v vec, size, i int) {
	to := r.stores[i]
	if !r.masked {
		put(v, size*r.lanes(), to)
		ADDQ(operand.Imm(uint64(size*r.lanes())), to)
		return
	}
	if r.many {
		some, stored := fmt.Sprint("some", i), fmt.Sprint("stored", i)
		r.ifRoom(some)
		put(v, size*r.lanes(), to)
		JMP(operand.LabelRef(stored))
		Label(some)
		defer Label(stored)
	}
	if size*r.lanes() == 32 {
		r.f.loadSome(v, r.lower(size, 0), operand.Mem{Base: to})
	} else {
		VMASKMOVPS(v.AsX(), r.lower(size, 0).AsX(), operand.Mem{Base: to})
	}
}

// put stores a vector, or the lower half of it.
func put(v vec, bytes int, to reg.Register) {
	if bytes == 32 {
		VMOVUPS(v, operand.Mem{Base: to})
	} else {
		VMOVUPS(v.AsX(), operand.Mem{Base: to})
	}
}

// ifRoom goes to the label unless the rest of this row and the rows that follow, which
// are written later, take a vector. Storing some elements of one is slow.
func (r row) ifRoom(otherwise string) {
	room := GP64()
	MOVQ(parameter("rows"), room)
	DECQ(room)
	IMULQ(parameter("pitch"), room)
	ADDQ(r.left, room)
	CMPQ(room, operand.Imm(uint64(r.lanes())))
	JLT(operand.LabelRef(otherwise))
}

// inOrder undoes the order of alternate.
func inOrder(v vec, stride int) vec {
	if stride == 1 {
		return v
	}
	return do(VPERMQ, operand.U8(0xd8), v)
}

// average sums the lines, and then divides by what divisor points to.
func average(f format, stride int) pooling {
	var divisor, total, line vec
	return pooling{
		stored: []string{"y"},
		setup:  func() { divisor = f.repeat("divisor") },
		row:    func() {},
		begin:  func(reg.Register) { total = load(f, f.bits(0)).(vec) },
		line:   func(operand.Mem) { line = load(f, f.bits(0)).(vec) },
		take:   func(v vec) { f.add(v, line, line) },
		close:  func() { f.add(line, total, total) },
		met:    func(_, _ vec) {},
		end:    func(store func(vec, int)) { store(do(f.div, divisor, inOrder(total, stride)), f.size) },
		done:   func() {},
	}
}

// largest keeps the largest element of each window and its position, as whole numbers of
// the elements' size.
func largest(f format, stride int) pooling {
	var best, where, here, columns, one, nan vec
	return pooling{
		stored: []string{"y", "index"},
		setup: func() {
			columns, one = YMM(), load(f, f.bits(1)).(vec)
			nan = load(f, f.bits(0)).(vec)
		},
		row: func() { f.load(f.columns(stride), columns) },
		begin: func(lines reg.Register) {
			best = f.constant(negativeInfinity)
			where = do(f.addWhole, columns, do(f.repeatWhole, operand.Mem{Base: lines}))
		},
		line: func(position operand.Mem) { here = do(f.addWhole, columns, do(f.repeatWhole, position)) },
		take: func(v vec) {
			f.blend(do(f.compare, less, v, best), here, where, where)
			f.max(best, v, best)
			f.addWhole(one, here, here)
		},
		close: func() {},
		met:   func(a, b vec) { f.or(do(f.compare, unordered, a, b), nan, nan) },
		end: func(store func(vec, int)) {
			store(inOrder(best, stride), f.size)
			store(f.asInt32(where, stride), 4)
			f.addWhole(f.bits(uint64(stride*32/f.size)), columns, columns)
		},
		done: func() {
			any := GP32()
			f.signBits(nan, any)
			Store(any.As64(), ReturnIndex(0))
		},
	}
}

// columns are the positions of the windows of a vector from the first one on, in the
// order of alternate.
func (f format) columns(stride int) operand.Mem {
	order := []uint32{0, 1, 4, 5, 2, 3, 6, 7}
	switch {
	case stride == 1:
		order = []uint32{0, 1, 2, 3, 4, 5, 6, 7}
	case f.size == 8:
		order = []uint32{0, 2, 1, 3}
	}
	var words []uint32
	for _, i := range order[:32/f.size] {
		words = append(words, uint32(stride)*i)
		if f.size == 8 {
			words = append(words, 0)
		}
	}
	return table(fmt.Sprint("columns", stride, f.name), words...)
}

// asInt32 puts whole numbers of the elements' size in order, as int32 that fill the lower
// part of a vector.
func (f format) asInt32(v vec, stride int) vec {
	switch {
	case f.size == 4:
		return inOrder(v, stride)
	case stride == 1:
		return do(VPERMD, v, load(f, table("lowerHalves", 0, 2, 4, 6, 1, 3, 5, 7)))
	}
	return do(VPERMD, v, load(f, table("lowerHalvesInOrder", 0, 4, 2, 6, 1, 3, 5, 7)))
}

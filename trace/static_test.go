package trace

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// Types that refer to themselves or to each other.
type (
	plainLoop struct{ Next *plainLoop }
	valueLoop struct {
		Next *valueLoop
		V    Value
	}
	oneOfTwo   struct{ Other *otherOfTwo }
	otherOfTwo struct {
		Other *oneOfTwo
		V     []Value
	}
)

// A type may hold Values where an element, a field or whatever an interface holds may.
func TestTypesThatMayHoldValues(t *testing.T) {
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[Value]():               true,
		reflect.TypeFor[int]():                 false,
		reflect.TypeFor[string]():              false,
		reflect.TypeFor[[]float64]():           false,
		reflect.TypeFor[[]Value]():             true,
		reflect.TypeFor[[2]Value]():            true,
		reflect.TypeFor[*Value]():              true,
		reflect.TypeFor[map[string][]*Value](): true,
		reflect.TypeFor[map[string]int]():      false,
		reflect.TypeFor[any]():                 true,
		reflect.TypeFor[[]fmt.Stringer]():      true,
		reflect.TypeFor[func() Value]():        false,
		reflect.TypeFor[chan Value]():          false,
		reflect.TypeFor[struct{}]():            false,
		reflect.TypeFor[struct{ A, B int }]():  false,
		reflect.TypeFor[struct {
			A int
			v Value
		}](): true,
		reflect.TypeFor[plainLoop]():  false,
		reflect.TypeFor[valueLoop]():  true,
		reflect.TypeFor[oneOfTwo]():   true,
		reflect.TypeFor[otherOfTwo](): true,
	} {
		for range 2 { // the second time from memory
			if got := mayHoldValues(typ); got != want {
				t.Errorf("%v: got %v, want %v", typ, got, want)
			}
		}
	}
}

// A part holds Values if one that is there is found in it, however it is reached.
func TestHoldsValues(t *testing.T) {
	v := Scalar(1.0)
	loop := &valueLoop{}
	loop.Next = loop
	long := &valueLoop{Next: &valueLoop{V: v}}
	long.Next.Next = long
	self := make([]any, 2)
	self[0] = self
	found := make([]any, 2)
	found[0], found[1] = found, v
	mapped := map[int]any{}
	mapped[0] = mapped
	for _, c := range []struct {
		name string
		part any
		want bool
	}{
		{"a value", v, true}, {"an absent value", Value{}, false}, {"a number", 1, false}, {"a nil pointer", (*Value)(nil), false}, {"a pointer", &v, true},
		{"absent values", []Value{{}, {}}, false}, {"the last of a slice", []Value{{}, v}, true}, {"the last of an array", [2]Value{{}, v}, true},
		{"a nil slice", []Value(nil), false}, {"an entry", map[string]Value{"a": {}, "b": v}, true}, {"an absent entry", map[string]Value{"a": {}}, false},
		{"a field", valueLoop{V: v}, true}, {"no field", valueLoop{}, false}, {"an interface", []any{1, nil, v}, true}, {"a nil interface", []any{nil}, false},
		{"a cycle", loop, false}, {"a cycle with a value", long, true}, {"a slice in itself", self, false}, {"a slice in itself with a value", found, true},
		{"a map in itself", mapped, false},
	} {
		if got := holdsValues(reflect.ValueOf(c.part), map[place]bool{}); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if holdsValues(reflect.Value{}, map[place]bool{}) {
		t.Error("nothing holds values")
	}
}

// Numbers and texts are in their order as keys, whatever their types.
func TestSortedKeys(t *testing.T) {
	type name string
	type number int16
	for _, c := range []struct {
		m    any
		want string
	}{
		{map[string]int{"b": 0, "": 0, "a": 0, "B": 0, "aa": 0, "é": 0}, "[ B a aa b é]"},
		{map[name]int{"10": 0, "9": 0}, "[10 9]"},
		{map[int]int{10: 0, 9: 0, -1: 0, -10: 0, math.MinInt: 0, math.MaxInt: 0}, "[-9223372036854775808 -10 -1 9 10 9223372036854775807]"},
		{map[int8]int{100: 0, -128: 0, 9: 0}, "[-128 9 100]"},
		{map[number]int{100: 0, -2: 0, 9: 0}, "[-2 9 100]"},
		{map[int32]int{100: 0, -2: 0, 9: 0}, "[-2 9 100]"},
		{map[int64]int{100: 0, -2: 0, 9: 0}, "[-2 9 100]"},
		{map[uint]int{10: 0, 9: 0, math.MaxUint: 0}, "[9 10 18446744073709551615]"},
		{map[uint8]int{10: 0, 9: 0, 255: 0}, "[9 10 255]"},
		{map[uint16]int{10: 0, 9: 0}, "[9 10]"},
		{map[uint32]int{10: 0, 9: 0}, "[9 10]"},
		{map[uint64]int{10: 0, 9: 0, math.MaxUint64: 0}, "[9 10 18446744073709551615]"},
		{map[uintptr]int{10: 0, 9: 0}, "[9 10]"},
		{map[bool]int{true: 0, false: 0}, "[false true]"},
		{map[[2]int]int{{1, 2}: 0, {1, 1}: 0, {0, 9}: 0}, "[[0 9] [1 1] [1 2]]"},
		{map[struct{ A, B string }]int{{"b", "a"}: 0, {"a", "b"}: 0}, "[{a b} {b a}]"},
		{map[string]int(nil), "[]"},
	} {
		var keys []any
		for _, k := range sortedKeys(reflect.ValueOf(c.m), nil) {
			keys = append(keys, k.Interface())
		}
		if got := fmt.Sprint(keys); got != c.want {
			t.Errorf("keys of %T: got %s, want %s", c.m, got, c.want)
		}
	}
}

// Of two keys that are written alike, or one that is not equal to itself, the map cannot
// be read in an order.
func TestKeysThatCannotBeToldApart(t *testing.T) {
	one, other := 7, 7
	at := (*step)(nil).toField("Table").toIndex(3)
	for _, c := range []struct {
		name, want string
		m          any
	}{
		{"NaN", "the key NaN of the map .Table[3], a map[float64]int, cannot be told apart from others: use strings or numbers", map[float64]int{1: 0, math.NaN(): 0}},
		{"NaN in a struct", "the key {NaN} of the map .Table[3], a map[struct { X float32 }]int, cannot be told apart from others: use strings or numbers",
			map[struct{ X float32 }]int{{float32(math.NaN())}: 0}},
		{"pointers to equal numbers", "of the map .Table[3], a map[*int]int, cannot be told apart from others: use strings or numbers", map[*int]int{&one: 0, &other: 0}},
	} {
		err := Try(func() { sortedKeys(reflect.ValueOf(c.m), at) })
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	other = 8
	keys := sortedKeys(reflect.ValueOf(map[*int]int{&one: 0, &other: 0}), nil)
	if len(keys) != 2 || keys[0].Interface() != &one || keys[1].Interface() != &other {
		t.Errorf("pointers to different numbers: %v", keys)
	}
	if err := Try(func() { writeStatic(new(strings.Builder), reflect.ValueOf(map[any]int{make(chan int): 0}), at) }); err == nil ||
		!strings.HasSuffix(err.Error(), ".Table[3] is a chan int: a tree is made of Values and plain data, because its static parts are compared; capture it in the function instead") {
		t.Errorf("a channel as key: %v", err)
	}
}

func static(x any) string {
	var b strings.Builder
	writeStatic(&b, reflect.ValueOf(x), nil)
	return b.String()
}

type weekday int

func (weekday) String() string { return "some day" }

// No two of these are written alike, and each is written alike twice.
func TestStaticPartsAreToldApart(t *testing.T) {
	three, four := 3, 4
	at := [2]byte{}
	parts := []any{
		true, false, 0, 1, -1, 12, uint8(3), 'a', weekday(70), weekday(71), 0.0, math.Copysign(0, -1), 1.5, math.Inf(1), math.Inf(-1), math.NaN(), float32(2.5),
		complex(1, 2), complex(2, 1), complex(math.NaN(), 1), complex(1, math.NaN()), "", "a", "ab", `"`, `a"b`, "\n", []string{"a", "b"}, []string{"ab"}, []string{`a""b`},
		[]string{"b", "a"}, []string{}, []int{1, 2}, []int{12}, [2][]int{{1, 2}, {}}, [2][]int{{1}, {2}}, [2][]int{{}, {1, 2}}, map[string]int{}, map[string]int{"a": 1},
		map[string]int{"a": 2}, map[string]int{"b": 1}, map[string]int{"a": 1, "b": 1}, &three, &four, (*int)(nil), []*int{&three}, []*int{nil, &three}, []any{1}, []any{int8(1)},
		[]any{nil}, []any{&three}, []any{"1"}, struct{ A, B int }{1, 2}, struct{ A, B int }{2, 1}, struct{ A, C int }{1, 2}, unsafe.Pointer(&at[0]), unsafe.Pointer(&at[1]),
		struct{ hidden string }{"x"}, struct{ hidden string }{"y"},
	}
	met := map[string]any{}
	for _, p := range parts {
		text := fmt.Sprintf("%T", p) + static(p)
		if other, ok := met[text]; ok {
			t.Errorf("%#v and %#v are both written %s", p, other, text)
		}
		if met[text] = p; static(p) != text[len(fmt.Sprintf("%T", p)):] {
			t.Errorf("%#v is written in two ways", p)
		}
	}
}

// A NaN is written like any other, and so are equal parts at two places.
func TestStaticPartsThatAreAlike(t *testing.T) {
	a, b := 3, 3
	var none func()
	for _, c := range []struct {
		name string
		x, y any
	}{
		{"NaNs", math.NaN(), math.Float64frombits(0xfff8_0000_0000_0001)},
		{"NaNs in complex numbers", complex(1, math.NaN()), complex(1, math.Float64frombits(0xfff8_0000_0000_0001))},
		{"pointers", &a, &b},
		{"slices with room", make([]int, 2, 9), make([]int, 2)},
		{"maps", map[int]string{1: "a", 2: "b", 3: "c"}, map[int]string{3: "c", 2: "b", 1: "a"}},
		{"nil functions", none, (func())(nil)},
		{"nil channels", (chan int)(nil), (chan int)(nil)},
	} {
		if static(c.x) != static(c.y) {
			t.Errorf("%s: %s and %s", c.name, static(c.x), static(c.y))
		}
	}
}

// What refers back to what holds it is found, and not what is only met twice or begins at
// the same place.
func TestStaticCycles(t *testing.T) {
	shorter := make([]any, 2)
	shorter[0] = shorter[:1] // the slice of one element is in itself, that of two is not
	mapped := map[string]any{}
	mapped["a"] = []any{1, mapped}
	pointed := &plainLoop{&plainLoop{}}
	pointed.Next.Next = pointed
	at := (*step)(nil).toField("Static")
	for _, c := range []struct {
		want string
		part any
	}{
		{".Static[0][0] refers back to what holds it: a tree has no cycles", shorter},
		{".Static[a][1] refers back to what holds it: a tree has no cycles", mapped},
		{".Static.Next.Next refers back to what holds it: a tree has no cycles", pointed},
		{".Static[1] is a func(): a tree is made of Values and plain data, because its static parts are compared; capture it in the function instead", []func(){nil, func() {}}},
		{".Static.C is a chan string: a tree is made of Values and plain data, because its static parts are compared; capture it in the function instead",
			struct{ C chan string }{make(chan string)}},
	} {
		var b strings.Builder
		err := Try(func() { writeStatic(&b, reflect.ValueOf(c.part), at) })
		if err == nil || !strings.HasSuffix(err.Error(), ": "+c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	twice, n := []any{1}, 5
	for _, part := range []any{[]any{twice, twice}, []*int{&n, &n}, map[string]any{"a": twice, "b": twice}} {
		if err := Try(func() { static(part) }); err != nil {
			t.Errorf("%v: %v", part, err)
		}
	}
}

// The way is left as it was found: what leaves a place may enter it again.
func TestWay(t *testing.T) {
	w, s, root := way{}, reflect.ValueOf([]int{1, 2}), (*step)(nil)
	leave := w.enter(s, root)
	if err := Try(func() { w.enter(s, root) }); err == nil || !strings.HasSuffix(err.Error(), ": the tree itself refers back to what holds it: a tree has no cycles") {
		t.Errorf("got %v", err)
	}
	w.enter(s.Slice(0, 1), root)() // another slice, though it begins there
	if leave(); len(w) != 0 {
		t.Errorf("%v is left", w)
	}
	w.enter(s, root)()
}

// options are the static parts of a tree, of every form.
type options struct {
	N     int8
	U     uint
	F     float64
	S     string
	On    bool
	List  []string
	Table map[string]int
	Any   any
	P     *int
	Two   [2]string
	V     Value
}

// redraw draws one field of o again.
func redraw(t *rapid.T, o options, v Value) options {
	text := rapid.SampledFrom([]string{"", "a", "b", "ab", `"`, ";", `";"`, "{", "1[", "0"})
	small := rapid.IntRange(0, 2)
	list := rapid.SliceOfN(text, 0, 3)
	switch rapid.IntRange(0, 11).Draw(t, "field") {
	case 0:
		o.N = int8(small.Draw(t, "n"))
	case 1:
		o.U = uint(small.Draw(t, "u"))
	case 2:
		o.F = float64(small.Draw(t, "f"))
	case 3:
		o.S = text.Draw(t, "s")
	case 4:
		o.On = !o.On
	case 5:
		o.List = append([]string{}, list.Draw(t, "list")...)
	case 6:
		o.Table = map[string]int{text.Draw(t, "key"): small.Draw(t, "entry"), text.Draw(t, "key"): small.Draw(t, "entry")}
	case 7:
		o.Any = rapid.SampledFrom([]any{nil, 0, int8(0), "0", 1, v, Value{}, []any{1}, []int{1}, [1]int{1}}).Draw(t, "any")
	case 8:
		n := small.Draw(t, "p")
		if o.P = &n; n == 0 {
			o.P = nil
		}
	case 9:
		o.Two = [2]string{text.Draw(t, "one"), text.Draw(t, "two")}
	case 10:
		o.V = rapid.SampledFrom([]Value{{}, v}).Draw(t, "v")
	}
	return o
}

// Two trees have one key if they are equal, and only then.
func TestKeysAreEqualWhereTreesAre(t *testing.T) {
	v := Scalar(1.0)
	alike := 0
	rapid.Check(t, func(t *rapid.T) {
		a := options{List: []string{}, Table: map[string]int{}}
		for range 6 {
			a = redraw(t, a, v)
		}
		b := a
		for range 5 {
			b = redraw(t, b, v)
			_, one := Flatten(a)
			_, other := Flatten(b)
			equal := reflect.DeepEqual(a, b)
			if same := one.Key() == other.Key(); same != equal {
				t.Fatalf("%+v and %+v have keys\n%q and\n%q", a, b, one.Key(), other.Key())
			}
			if equal {
				alike++
			}
		}
	})
	if alike == 0 {
		t.Error("no two trees were equal")
	}
}

// Two types that print alike are two; one type is one.
func TestIdentityOfTypes(t *testing.T) {
	first := func() reflect.Type { type same struct{ X int }; return reflect.TypeFor[same]() }()
	second := func() reflect.Type { type same struct{ X int }; return reflect.TypeFor[same]() }()
	if first.String() != second.String() || identity(first) == identity(second) {
		t.Errorf("%v and %v: %s and %s", first, second, identity(first), identity(second))
	}
	types := []reflect.Type{first, second, reflect.TypeFor[int](), reflect.TypeFor[*int](), reflect.TypeFor[[]int]()}
	for i, a := range types {
		if j := slices.IndexFunc(types, func(b reflect.Type) bool { return identity(a) == identity(b) }); j != i {
			t.Errorf("%v is taken for %v", a, types[j])
		}
	}
}

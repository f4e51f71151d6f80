package trace

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// Parse reads the text of a program, as [Program.MarshalText] writes it. ops has an op of
// each type that the text may name; the fields of these do not matter. See
// transforms.ParseProgram, which knows all of this module.
//
// What is read is checked as [Program.Check] does, but no further: the fields of an op are
// its own, and those of a text that was changed by hand may let it fail or read what is not
// there. So read programs from where you would take code from.
func Parse(text []byte, ops ...Op) (p *Program, err error) {
	r := &textReader{text: string(text), line: 1, types: make(map[string]reflect.Type, len(ops))}
	for _, op := range ops {
		t := reflect.TypeOf(op)
		r.types[typeName(t)] = t
	}
	defer func() {
		// Ops may count on fields that no function of theirs would set.
		if f := recover(); f != nil {
			p, err = nil, fmt.Errorf("line %d of a program: %v", r.line, f)
		}
	}()
	if p, err = r.program(""); err == nil && strings.TrimSpace(r.text) != "" {
		err = r.errorf("there is more text after the program")
	}
	if err == nil {
		err = p.Check()
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// maxDepth bounds bodies in bodies, and fields in fields.
const maxDepth = 200

// textReader reads a program from the beginning of text on.
type textReader struct {
	text  string
	line  int
	depth int
	types map[string]reflect.Type
}

func (r *textReader) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d of a program: %s", r.line, fmt.Sprintf(format, args...))
}

// next reads a line that begins with the indent and a word, and returns what follows. ok is
// false if the next line is another one.
func (r *textReader) next(prefix string) (rest string, ok bool) {
	line, after, _ := strings.Cut(r.text, "\n")
	if rest, ok = strings.CutPrefix(line, prefix); ok {
		r.text = after
		r.line++
	}
	return rest, ok
}

// scope has the variables of a program by name.
type scope struct {
	*textReader
	program *Program
	vars    map[string]Var
}

func (r *textReader) program(indent string) (*Program, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, r.errorf("bodies lie deeper than %d", maxDepth)
	}
	defer func() { r.depth-- }()
	s := scope{r, &Program{}, map[string]Var{}}
	head, ok := r.next(indent + "program(")
	if !ok {
		return nil, r.errorf("want %sprogram(", indent)
	}
	args, ok := strings.CutSuffix(head, ")")
	if !ok {
		return nil, r.errorf("want a closing bracket at the end of %q", head)
	}
	var err error
	if s.program.In, err = s.declared(args); err != nil {
		return nil, err
	}
	for {
		if text, ok := r.next(indent + "  const "); ok {
			if err := s.constant(text); err != nil {
				return nil, err
			}
			continue
		}
		if text, ok := r.next(indent + "  return"); ok {
			s.program.Out, err = s.used(strings.TrimPrefix(text, " "))
			return s.program, err
		}
		text, ok := r.next(indent + "  ")
		if !ok || text == "" {
			return nil, r.errorf("want a line that begins with %q", indent+"  ")
		}
		if err := s.equation(text, indent); err != nil {
			return nil, err
		}
	}
}

// declared reads variables with their types: a f64[2 3], b i64[].
func (s scope) declared(text string) ([]Var, error) {
	if text == "" {
		return nil, nil
	}
	var vars []Var
	for part := range strings.SplitSeq(text, ", ") {
		name, of, ok := strings.Cut(part, " ")
		if _, twice := s.vars[name]; !ok || name == "" || twice {
			return nil, s.errorf("want a new variable and its type, got %q", part)
		}
		t, err := parseType(of)
		if err != nil {
			return nil, s.errorf("variable %s: %v", name, err)
		}
		v := Var(len(s.program.Types))
		s.program.Types, s.vars[name] = append(s.program.Types, t), v
		vars = append(vars, v)
	}
	return vars, nil
}

// used reads variables that are known.
func (s scope) used(text string) ([]Var, error) {
	if text == "" {
		return nil, nil
	}
	var vars []Var
	for name := range strings.SplitSeq(text, ", ") {
		v, ok := s.vars[name]
		if !ok {
			return nil, s.errorf("there is no variable %q", name)
		}
		vars = append(vars, v)
	}
	return vars, nil
}

// parseType reads a type as Type prints it.
func parseType(text string) (Type, error) {
	name, axes, ok := strings.Cut(text, "[")
	axes, closed := strings.CutSuffix(axes, "]")
	if !ok || !closed {
		return Type{}, fmt.Errorf("%q is no type, as f32[2 3] is", text)
	}
	d, err := parseDType(name)
	if err != nil {
		return Type{}, err
	}
	t := Type{d, []int{}}
	for _, axis := range strings.Fields(axes) {
		n, err := strconv.Atoi(axis)
		if err != nil {
			return Type{}, fmt.Errorf("%q is no length", axis)
		}
		t.Shape = append(t.Shape, n)
	}
	return t, t.valid()
}

func parseDType(name string) (DType, error) {
	for d := Invalid; d <= Float64; d++ {
		if d.String() == name {
			return d, nil
		}
	}
	return Invalid, fmt.Errorf("%q is no dtype", name)
}

func (s scope) constant(text string) error {
	name, list, ok := strings.Cut(text, " = [")
	list, closed := strings.CutSuffix(list, "]")
	if !ok || !closed {
		return s.errorf("want a constant and its elements, got %q", text)
	}
	vars, err := s.declared(name)
	if err != nil || len(vars) != 1 {
		return s.errorf("want one constant, got %q", name)
	}
	t, words := s.program.Types[vars[0]], strings.Fields(list)
	if len(words) != t.Size() {
		return s.errorf("constant %v has %d elements", t, len(words))
	}
	a := NewArray(t)
	for i, word := range words {
		if err := a.set(i, word); err != nil {
			return s.errorf("element %d of a constant: %v", i, err)
		}
	}
	s.program.Consts = append(s.program.Consts, Const{vars[0], FromArray(a)})
	return nil
}

// set sets an element to what a text says.
func (a *Array) set(i int, text string) (err error) {
	switch a.DType() {
	case Bool:
		Elems[bool](a)[i], err = strconv.ParseBool(text)
	case Uint8:
		var n uint64
		n, err = strconv.ParseUint(text, 10, 8)
		Elems[uint8](a)[i] = uint8(n)
	case Int8:
		var n int64
		n, err = strconv.ParseInt(text, 10, 8)
		Elems[int8](a)[i] = int8(n)
	case Int32:
		var n int64
		n, err = strconv.ParseInt(text, 10, 32)
		Elems[int32](a)[i] = int32(n)
	case Int64:
		Elems[int64](a)[i], err = strconv.ParseInt(text, 10, 64)
	case BFloat16:
		var x float64
		x, err = strconv.ParseFloat(text, 32)
		Elems[BF16](a)[i] = ToBF16(float32(x))
	case Float16:
		var x float64
		x, err = strconv.ParseFloat(text, 32)
		Elems[F16](a)[i] = ToF16(float32(x))
	case Float32:
		var x float64
		x, err = strconv.ParseFloat(text, 32)
		Elems[float32](a)[i] = float32(x)
	default:
		Elems[float64](a)[i], err = strconv.ParseFloat(text, 64)
	}
	return err
}

// equation reads an equation and the bodies after it.
func (s scope) equation(text, indent string) error {
	text, derived := strings.CutSuffix(text, " '")
	args, ok := strings.CutSuffix(text, ")")
	at := strings.LastIndexByte(args, '(')
	if !ok || at < 0 {
		return s.errorf("want an equation, got %q", text)
	}
	text, args = args[:at], args[at+1:]
	in, err := s.used(args)
	if err != nil {
		return err
	}
	outs, op, ok := strings.Cut(text, " = ")
	if !ok || strings.ContainsAny(outs, "{\"") {
		outs, op = "", text
	}
	e := Eqn{In: in, Derived: derived}
	f := &fieldReader{text: op, types: s.types}
	if e.Op, err = f.op(); err == nil && f.text != "" {
		err = fmt.Errorf("there is %q after its fields", f.text)
	}
	if err != nil {
		return s.errorf("%s: %v", op, err)
	}
	for _, body := range f.bodies {
		b, err := s.textReader.program(indent + "    ")
		if err != nil {
			return err
		}
		*body = *b
	}
	if e.Out, err = s.declared(outs); err != nil {
		return err
	}
	s.program.Eqns = append(s.program.Eqns, e)
	return nil
}

// fieldReader reads the value of a field from the beginning of text on.
type fieldReader struct {
	text   string
	depth  int
	types  map[string]reflect.Type
	bodies []*Program // to become the programs that follow
}

// op reads the type of an op and its fields.
func (f *fieldReader) op() (Op, error) {
	v, err := f.dynamic()
	if err != nil {
		return nil, err
	}
	op, ok := v.Interface().(Op)
	if !ok {
		return nil, fmt.Errorf("%v is no op", v.Type())
	}
	return op, nil
}

// dynamic reads a type and a value of it.
func (f *fieldReader) dynamic() (reflect.Value, error) {
	end := strings.IndexAny(f.text, "{ ]}")
	if end < 0 {
		end = len(f.text)
	}
	if open := strings.IndexByte(f.text[:end], '['); open >= 0 { // the parameters of a generic type end in ]
		end = open + strings.IndexByte(f.text[open:], ']') + 1
	}
	name := f.text[:end]
	t, ok := f.types[name]
	if !ok {
		return reflect.Value{}, fmt.Errorf("there is no op %q", name)
	}
	f.text = f.text[end:]
	made := t
	if t.Kind() == reflect.Pointer {
		made = t.Elem()
	}
	v := reflect.New(made)
	if strings.HasPrefix(f.text, "{") {
		if err := f.value(v.Elem()); err != nil {
			return reflect.Value{}, err
		}
	}
	if t.Kind() == reflect.Pointer {
		return v, nil
	}
	return v.Elem(), nil
}

// value reads into a value that can be set.
func (f *fieldReader) value(v reflect.Value) error {
	if f.depth++; f.depth > maxDepth {
		return fmt.Errorf("fields lie deeper than %d", maxDepth)
	}
	defer func() { f.depth-- }()
	switch v.Type() {
	case dtypeType:
		d, err := parseDType(f.word())
		v.SetUint(uint64(d))
		return err
	case programType:
		if word := f.word(); word != fmt.Sprintf("@%d", len(f.bodies)) {
			return fmt.Errorf("want @%d for the next body, got %q", len(f.bodies), word)
		}
		body := &Program{}
		f.bodies = append(f.bodies, body)
		v.Set(reflect.ValueOf(body))
		return nil
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		return f.list(v)
	case reflect.Struct:
		return f.fields(v)
	case reflect.Pointer:
		if f.take("nil") {
			return nil
		}
		if !f.take("&") {
			return fmt.Errorf("want & or nil, got %q", f.text)
		}
		v.Set(reflect.New(v.Type().Elem()))
		return f.value(v.Elem())
	case reflect.Interface:
		if f.take("nil") {
			return nil
		}
		of, err := f.dynamic()
		if err == nil && !of.Type().AssignableTo(v.Type()) {
			err = fmt.Errorf("%v is no %v", of.Type(), v.Type())
		}
		if err == nil {
			v.Set(of)
		}
		return err
	case reflect.String:
		quoted, err := strconv.QuotedPrefix(f.text)
		if err != nil {
			return fmt.Errorf("want a quoted text, got %q", f.text)
		}
		f.text = f.text[len(quoted):]
		text, err := strconv.Unquote(quoted)
		v.SetString(text)
		return err
	}
	return f.scalar(v)
}

func (f *fieldReader) scalar(v reflect.Value) (err error) {
	word := f.word()
	bits := func() int { return v.Type().Bits() }
	switch {
	case v.Kind() == reflect.Bool:
		var is bool
		is, err = strconv.ParseBool(word)
		v.SetBool(is)
	case v.CanInt():
		var n int64
		n, err = strconv.ParseInt(word, 10, bits())
		v.SetInt(n)
	case v.CanUint():
		var n uint64
		n, err = strconv.ParseUint(word, 10, bits())
		v.SetUint(n)
	case v.CanFloat():
		var x float64
		x, err = strconv.ParseFloat(word, bits())
		v.SetFloat(x)
	default:
		return fmt.Errorf("a %v has no text", v.Type())
	}
	return err
}

func (f *fieldReader) list(v reflect.Value) error {
	if v.Kind() == reflect.Slice && f.take("nil") {
		return nil
	}
	if !f.take("[") {
		return fmt.Errorf("want a list, got %q", f.text)
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	for i := 0; !f.take("]"); i++ {
		if i > 0 && !f.take(" ") {
			return fmt.Errorf("want a space or the end of a list, got %q", f.text)
		}
		if v.Kind() == reflect.Slice {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		}
		if i >= v.Len() {
			return fmt.Errorf("want %d elements, got more", v.Len())
		}
		if err := f.value(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (f *fieldReader) fields(v reflect.Value) error {
	if !f.take("{") {
		return fmt.Errorf("want the fields of a %v, got %q", v.Type(), f.text)
	}
	for first := true; !f.take("}"); first = false {
		if !first && !f.take(" ") {
			return fmt.Errorf("want a space or the end of the fields, got %q", f.text)
		}
		name, rest, ok := strings.Cut(f.text, ":")
		field := reflect.Value{}
		if ok && name != "" && !strings.ContainsAny(name, " {}[]\"") {
			if of, has := v.Type().FieldByName(name); has && len(of.Index) == 1 {
				field = v.Field(of.Index[0])
			}
		}
		if !field.IsValid() {
			return fmt.Errorf("want a field of %v, got %q", v.Type(), f.text)
		}
		f.text = rest
		// A field that is not exported is set by its address.
		if err := f.value(reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()); err != nil {
			return err
		}
	}
	return nil
}

// take takes a text if it comes next.
func (f *fieldReader) take(text string) bool {
	rest, ok := strings.CutPrefix(f.text, text)
	if ok {
		f.text = rest
	}
	return ok
}

// word takes what comes before the next space or bracket.
func (f *fieldReader) word() string {
	end := strings.IndexAny(f.text, " ]}")
	if end < 0 {
		end = len(f.text)
	}
	word := f.text[:end]
	f.text = f.text[end:]
	return word
}

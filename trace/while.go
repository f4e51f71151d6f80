package trace

// While is what a [WhileOp] does: as long as Test(constants, carry) is true,
//
//	carry = Body(constants, carry)
//
// The operands are the constants and the initial carry; the outputs are the last carry,
// which is the initial one if the test fails at once.
type While struct {
	Test, Body *Program
	Consts     int // how many operands are constants
}

package kernel

// instructions is what the kernels may use beside plain Go. Sets are ordered: one includes those before.
type instructions int

const (
	plain  instructions = iota
	avx2                // AVX2 and FMA: 16 registers of 256 bits
	avx512              // AVX-512 F: 32 registers of 512 bits
)

func (i instructions) String() string { return [...]string{"plain", "avx2", "avx512"}[i] }

// isa is what this machine offers. Only tests change it.
var isa = detect()

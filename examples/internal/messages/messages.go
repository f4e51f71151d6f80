// Package messages holds the page of all error messages, in testdata/messages.golden: a
// test makes each mistake of a list and compares what the library says.
package messages

import "effect-futures"
import "effect-futures/node"
import "effect-futures/testing"

console.log("imported")

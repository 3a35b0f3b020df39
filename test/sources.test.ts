// A test for each fact about the systems that this library takes in, with a file for each row of their list. Facts that need
// threads or processes are tested with those.
import "./sources/row1.ts"
import "./sources/row2.ts"
import "./sources/row3.ts"
import "./sources/row4.ts"
import "./sources/row5.ts"
import "./sources/row6.ts"

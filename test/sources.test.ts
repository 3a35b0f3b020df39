// One test for each fact about the systems that this library takes in, a file for each row of their list. What needs
// threads or processes is tested with those.
import "./sources/row1.ts"
import "./sources/row2.ts"
import "./sources/row3.ts"
import "./sources/row4.ts"
import "./sources/row5.ts"
import "./sources/row6.ts"

package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// rolling is the mean of the last 100 fares at each row.
func rolling(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open(fmt.Sprintf("CREATE TABLE rows AS SELECT id, fare FROM '%s'", task.Input))
	if err != nil {
		return nil, err
	}
	return fetching(db, `
		SELECT avg(fare) OVER (ORDER BY id ROWS BETWEEN 99 PRECEDING AND CURRENT ROW) AS out FROM rows`, total), nil
}

/**
 * All profiles rebuilt by Spark: {@link io.facecore.spark.RebuildJob} goes over a list of accounts and their photos, as {@code facecore rebuild} does on one
 * machine, and writes into the next iteration of a {@link io.facecore.cassandra.CassandraProfileStore}.
 */
package io.facecore.spark;

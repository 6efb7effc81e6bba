/**
 * Profiles in a Cassandra: {@link io.facecore.cassandra.CassandraProfileStore}, for services and rebuilds on many machines. {@code docs/cluster.md}
 * has the schema, what consistency means here, and what to do when something is away.
 */
package io.facecore.cassandra;

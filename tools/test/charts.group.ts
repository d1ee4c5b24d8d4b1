/** Tests of rendered charts, which render the combinations of values once. */
import './charts/agencies.test.ts';
import './charts/first-supervisor.test.ts';
import './charts/graph.test.ts';
import './charts/keys.test.ts';
import './charts/kubernetes-types.test.ts';
import './charts/monitoring.test.ts';
import './charts/pods.test.ts';
import './charts/strimzi.test.ts';
import './charts/tracing.test.ts';

{{- define "cups.deployment" -}}
{{- $values := .top.Values -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
  annotations:
    {{- $refused := include "cups.refusedOfService" . | fromYamlArray }}
    {{- include "cups.exceptions" (dict "refused" $refused) | trim | nindent 4 }}
spec:
  {{- if not (include "cups.isScaled" .) }}
  replicas: {{ $values.replicas | int }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: 300
  strategy:
    {{- if .service.singleton }}
    # A new pod starts once the former one has ended: only one may write.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  selector:
    matchLabels:
      {{- include "cups.selector" .service.name | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "cups.podLabels" . | nindent 8 }}
        {{- with $values.pod.labels }}{{ toYaml . | nindent 8 }}{{ end }}
      {{- with $values.pod.annotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "cups.podSpec" . | nindent 6 }}
{{- end }}

{{- define "cups.podSpec" -}}
{{- $values := .top.Values -}}
serviceAccountName: {{ .service.name }}
automountServiceAccountToken: false
enableServiceLinks: false
# The pod leaves the endpoints, sleeps until its callers have noticed, then stops gracefully (at most 20 s).
terminationGracePeriodSeconds: {{ $values.gracePeriodSeconds | int }}
securityContext:
  {{- include "cups.podSecurity" . | nindent 2 }}
{{- with $values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- include "cups.placement" . }}
containers:
  - name: {{ .service.name }}
    image: {{ include "cups.image" . }}
    imagePullPolicy: {{ $values.global.image.pullPolicy }}
    {{- with .service.program }}
    # A further program of the image, instead of its main one.
    command: [/nodejs/bin/node, /app/{{ . }}]
    {{- end }}
    securityContext:
      {{- include "cups.containerSecurity" . | nindent 6 }}
    env:
      {{- include "cups.environment" . | trim | nindent 6 }}
    ports:
      {{- include "cups.ports" . | trim | nindent 6 }}
    {{- include "cups.probes" . | trim | nindent 4 }}
    lifecycle:
      preStop:
        sleep:
          seconds: {{ $values.preStopSeconds | int }}
    resources:
      {{- toYaml $values.resources | nindent 6 }}
    {{- with trim (include "cups.mounts" .) }}
    volumeMounts:
      {{- . | nindent 6 }}
    {{- end }}
{{- with trim (include "cups.volumes" .) }}
volumes:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The pod security standard "restricted", with a user and group that no host has. */}}
{{- define "cups.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "cups.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
capabilities:
  drop:
    - ALL
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/*
Spreads pods over zones and nodes as a preference: a pilot with one node works, and a replacement pod can always be scheduled.
*/}}
{{- define "cups.placement" -}}
{{- $pod := .top.Values.pod }}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "cups.selector" $.service.name | nindent 8 }}
    matchLabelKeys:
      - pod-template-hash
  {{- end }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "cups.selector" .service.name | nindent 14 }}
{{- with $pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "cups.ports" -}}
{{- if include "cups.grpcPort" . | int }}
- name: {{ include "cups.portName" . }}
  containerPort: {{ include "cups.grpcPort" . }}
{{- end }}
{{- if eq .service.name "gateway" }}
- name: public
  containerPort: 8080
{{- end }}
- name: operations
  containerPort: {{ include "cups.operationsPort" . }}
{{- end }}

{{/*
Startup and liveness check that the event loop turns. Readiness follows only the service's own store, never Kafka or another
service: a restart would not fix those.
*/}}
{{- define "cups.probes" -}}
startupProbe:
  httpGet:
    path: /healthz
    port: operations
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet:
    path: /healthz
    port: operations
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /readyz
    port: operations
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end }}

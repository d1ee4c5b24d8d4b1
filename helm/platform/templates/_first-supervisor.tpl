{{/* Volumes of the first supervisor's job: key and certificate of the ops CLI, and the appointment. */}}
{{- define "cups.firstSupervisorVolumes" -}}
- name: keys
  projected:
    defaultMode: 288
    sources:
      {{- include "cups.secretFile" (dict "name" .ops.keys.existingSecret "key" "ops.key.jwk" "path" "ops.key.jwk") | nindent 6 }}
      - configMap:
          name: {{ .publicKeys }}
          items:
            - key: identity.jwk
              path: public/identity.jwk
- name: person
  projected:
    defaultMode: 288
    sources:
      - secret:
          name: {{ .person }}
          optional: true
{{- if .isClosed }}
- name: tls
  projected:
    defaultMode: 288
    sources:
      - secret:
          name: {{ .ops.tls.existingSecret }}
          items:
            {{- range list "tls.crt" "tls.key" "ca.crt" }}
            - key: {{ . }}
              path: {{ . }}
            {{- end }}
{{- end }}
{{- end }}
